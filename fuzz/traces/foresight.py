"""Which steps that have not been taken yet may not change places, as far as their statements tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fuzz.accesses.segments import statement_of
from fuzz.history import History, Step
from fuzz.statements import parse
from fuzz.traces.commute import commute
from fuzz.traces.effect import Claims, Effect, all_of
from fuzz.traces.effects import STATES, Reader
from fuzz.traces.reach import anywhere
from fuzz.traces.rows import Rows
from fuzz.traces.writing import Writing

Sent = tuple[str, Any]
"""A statement and its parameters."""

_ENDS = frozenset({"COMMIT", "ROLLBACK"})


class Foresight:
    """Tells of steps before they are taken.

    What PostgreSQL notes of SERIALIZABLE transactions, besides, is not foreseen.

    Args:
        history: any of the target's; its tables count.
    """

    def __init__(self, history: History) -> None:
        self._is_asked = bool(history.invariants)
        self._reader = Reader(history, Writing(history, {}), Rows(history))

    def conflict(self, one: Sent, ones: Iterable[Sent], other: Sent, others: Iterable[Sent]) -> bool:
        """Whether it may matter which of two steps is taken first.

        Args:
            one: what one session is about to send.
            ones: what it has sent before in the same transaction.
            other: what another session is about to send.
            others: what that has sent before.
        """
        return not commute(self._effect(one, ones), self._effect(other, others))

    def _effect(self, sent: Sent, before: Iterable[Sent]) -> Effect:
        if parse(sent[0], sent[1] is not None).verb in _ENDS:
            claimed = all_of(self._claims(each) for each in before)
            asked = Claims(anywhere([STATES])) if claimed.locks and self._is_asked else Claims()
            return Effect(claims=asked, shows=claimed.locks, frees=claimed, ends=True)
        step = _step(sent)
        touched = self._reader.touched(step, statement_of(step))
        return Effect(touched.reads, frozenset(touched.reads), touched.claims, touched.excludes)

    def _claims(self, sent: Sent) -> Claims:
        step = _step(sent)
        return self._reader.touched(step, statement_of(step)).claims


def _step(sent: Sent) -> Step:
    """A statement as a step of which nothing has come yet."""
    sql, parameters = sent
    return Step(0, "", 0, sql, parameters, "", "", (), (), (), 0, None)
