"""What PostgreSQL notes of SERIALIZABLE transactions: who has read what another has written.

That a transaction is refused takes one that has committed, and whose writes it, or yet another, has not seen (Ports and
Grittner 2012). Of two transactions it takes that each has read of what the other has written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from fuzz.accesses.segments import Segment
from fuzz.history import History
from fuzz.traces.effect import Effect, Tables, Watched

PAIR = 2
"""Transactions of which no third has a say in whether one of them is refused."""


@dataclass(frozen=True, slots=True)
class _Transaction:
    """A SERIALIZABLE transaction: the tables that it has read and written, after each of its steps."""

    segment: Segment
    read: Sequence[Tables]
    written: Sequence[Tables]

    @classmethod
    def of(cls, segment: Segment, effects: Sequence[Effect]) -> _Transaction:
        reads = [each.reads | each.claims.tables for each in effects]
        return cls(segment, _added_up(reads), _added_up([each.writes for each in effects]))

    def meets(self, other: _Transaction) -> bool:
        """Whether a transaction of another session reads what this one writes, or the other way round."""
        return self.segment.session != other.segment.session and bool(
            self.read[-1] & other.written[-1] or other.read[-1] & self.written[-1]
        )


def watch(history: History, segments: Sequence[Segment], effects: Mapping[int, Effect]) -> Iterator[tuple[int, Effect]]:
    """The effects of the steps of SERIALIZABLE transactions, with what is noted of these.

    Args:
        history: whose.
        segments: its transactions.
        effects: of their steps, by number.

    Yields:
        A step's number, and its effect.
    """
    transactions = [
        _Transaction.of(segment, [effects[step.number] for step in segment.steps])
        for segment in segments
        if segment.level == "ser"
    ]
    counting = [one for one in transactions if not one.segment.has_failed]
    meeting = [one for one in counting if any(map(one.meets, transactions))]
    in_pair = history.case.isolation == "ser" and len(meeting) <= PAIR
    for one in transactions:
        for step, read, written in zip(one.segment.steps, one.read, one.written, strict=True):
            watched = Watched(one.read[-1], one.written[-1], read, written, in_pair)
            yield step.number, replace(effects[step.number], watched=watched)


def _added_up(each: Sequence[Tables]) -> Sequence[Tables]:
    return list(accumulate(each, lambda before, new: before | new))
