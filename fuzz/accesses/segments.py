"""The steps of a history, cut into transactions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fuzz.history import History, Step
from fuzz.remembering import of_the_last
from fuzz.statements import Statement, parse

_REFUSED = frozenset({"40001", "40P01"})
"""Serialization failure, deadlock."""

_LEVEL = re.compile(r"(CHARACTERISTICS\b.*)?\bISOLATION\s+LEVEL\s+(SERIALIZABLE|REPEATABLE|READ)", re.IGNORECASE)
_LEVELS = {"SERIALIZABLE": "ser", "REPEATABLE": "rr", "READ": "rc"}


def statement_of(step: Step) -> Statement:
    """What a step does by its text; psycopg looks for placeholders only where it was given parameters."""
    return parse(step.sql, step.parameters is not None)


def was_refused(step: Step) -> bool:
    """Whether PostgreSQL has told a step to try again, as no serial order ever does."""
    return step.failure is not None and step.failure.sqlstate in _REFUSED


@dataclass(slots=True)
class Segment:
    """The steps of one transaction, on one connection of one session.

    Attributes:
        level: its isolation level, as a key of `fuzz.case.ISOLATION`.
        steps: all of them, in order.
        statements: what each of them does.
        kept: those that had an effect: neither failed, nor undone by a savepoint.
        broken: whether a step has failed and no savepoint has mended that: all that is left is to roll back, and
            COMMIT does no more.
        refused: whether PostgreSQL has told it to try again, so that what it has read counts for nothing.
    """

    session: str
    connection: int
    level: str
    steps: list[Step] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    kept: list[Step] = field(default_factory=list)
    broken: bool = False
    refused: bool = False
    _savepoints: dict[str, int] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Add the next step."""
        statement = statement_of(step)
        self.steps.append(step)
        self.statements.append(statement)
        if step.failure is not None:
            self.broken = True
            self.refused = self.refused or was_refused(step)
        elif statement.verb == "SAVEPOINT":
            self._savepoints[_last_word(step)] = len(self.kept)
        elif statement.verb == "ROLLBACK TO":
            del self.kept[self._savepoints.get(_last_word(step), 0) :]
            self.broken = False
        else:
            self.kept.append(step)

    @property
    def last(self) -> Step:
        """The last step."""
        return self.steps[-1]

    @property
    def has_ended(self) -> bool:
        """Whether the transaction is over, one way or the other."""
        return self.last.ends or self.last.sql in {"COMMIT", "ROLLBACK"}

    @property
    def has_failed(self) -> bool:
        """Whether it came to its end, if at all, by a ROLLBACK or an error."""
        return self.broken or self.statements[-1].verb == "ROLLBACK"


@of_the_last
def segments(history: History) -> Sequence[Segment]:
    """The transactions of a history, in the order of their first steps."""
    found: list[Segment] = []
    current: dict[tuple[str, int], Segment] = {}
    lasting: dict[tuple[str, int], str] = {}
    for step in history.steps:
        key = (step.session, step.connection)
        segment = current.get(key)
        if segment is None:
            segment = current[key] = Segment(*key, level=lasting.get(key, step.level))
            found.append(segment)
        segment.add(step)
        if segment.statements[-1].verb in {"SET", "BEGIN"} and (asked := _LEVEL.search(step.sql)):
            level = _LEVELS[asked[2].upper()]
            if asked[1]:
                lasting[key] = level
            else:
                segment.level = level
        if segment.has_ended:
            del current[key]
    return found


def _last_word(step: Step) -> str:
    """The name of the savepoint that a statement is about, as it is written."""
    return step.sql.rstrip("; \n").rpartition(" ")[2]
