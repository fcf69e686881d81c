"""Which step made which committed write.

The audit tells which changes one statement made, and in which order the statements came; the steps of the transaction
are in order, too. A statement that may have made changes, or not, is given none that another must have made. Where
that leaves a choice, the latest step that can have made a change is taken for it: a transaction that is thought to
see its own change too late only seems to have seen what it overwrote, and it comes after that anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fuzz.accesses.segments import segments, statement_of
from fuzz.history import History, Step, Write
from fuzz.remembering import of_the_last
from fuzz.statements import Statement

_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE"})


@of_the_last
def place(history: History) -> Mapping[int, Sequence[Write]]:
    """Assign the committed writes of a history to the steps of their transactions.

    Args:
        history: whose commits are looked at.

    Returns:
        A step's number -> its writes, those of its cascades and triggers among them. What no statement can have made,
        as a deferred trigger's writes, is the committing step's.
    """
    by_commit = {segment.last.number: segment for segment in segments(history)}
    placed: dict[int, list[Write]] = {}
    for commit in history.commits:
        groups = [tuple(changes) for _, changes in groupby(commit.writes, key=lambda write: write.statement)]
        steps = by_commit[commit.step].kept if commit.step in by_commit else ()
        for number, group in zip(_makers(steps, groups, history), groups, strict=True):
            placed.setdefault(commit.step if number is None else number, []).extend(group)
    return placed


def verb_of(write: Write) -> str:
    """The statement that a write is the effect of."""
    return "INSERT" if write.before is None else "DELETE" if write.after is None else "UPDATE"


def rows_written(step: Step) -> int | None:
    """How many rows a statement wrote, by its command tag; None where the tag tells of none."""
    count = step.tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else None


def is_opaque(statement: Statement, history: History) -> bool:
    """Whether a statement may touch tables that its text does not name: by a function, a view, or inheritance."""
    return (
        not statement.known
        or statement.verb in {"CALL", "DO", "EXECUTE"}
        or not history.routines.isdisjoint(statement.functions)
        or not statement.reads <= history.tables.keys()
        or not statement.writes.keys() <= history.tables.keys()
        or any(history.tables[name].has_heirs for name in (*statement.reads, *statement.writes))
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """A step that may have made a group of changes.

    Attributes:
        least: how many rows of its own table it has certainly written.
        anything: whether it may have written, by a trigger or function, whatever there is and nothing else.
        certain: how many steps before it certainly have made a group each.
    """

    step: Step
    statement: Statement
    least: int
    anything: bool
    certain: int

    def fits(self, group: Sequence[Write]) -> bool:
        """Whether it can have made all of a group's changes."""
        return self.anything or sum(map(self._is_own, group)) >= max(self.least, 1)

    def _is_own(self, write: Write) -> bool:
        verbs = self.statement.writes.get(write.table, ())
        return verb_of(write) in verbs or (write.after is None and "TRUNCATE" in verbs)


def _makers(steps: Iterable[Step], groups: Sequence[Sequence[Write]], history: History) -> list[int | None]:
    """The number of the step that made each group; None where none can have made it."""
    claims = _claims(steps, history)
    makers: list[int | None] = [None] * len(groups)
    for place in reversed(range(len(groups))):
        while claims:
            claim = claims[-1]
            if claim.fits(groups[place]) and (claim.least or claim.certain <= place):
                makers[place] = claims.pop().step.number
                break
            if claim.least:
                break  # it has made an earlier group, so that nothing before it has made this one
            claims.pop()
    return makers


def _claims(steps: Iterable[Step], history: History) -> list[_Claim]:
    """Those of a transaction's steps that may have written something."""
    claims: list[_Claim] = []
    certain = 0
    for step in steps:
        statement = statement_of(step)
        opaque = is_opaque(statement, history)
        least = 0 if opaque else _least(step, statement)
        anything = opaque or (not least and any(history.tables[name].has_triggers for name in statement.writes))
        if anything or least or (statement.writes and not _is_simple(step, statement)):
            claims.append(_Claim(step, statement, least, anything, certain))
        certain += bool(least)
    return claims


def _is_simple(step: Step, statement: Statement) -> bool:
    """Whether the command tag counts all that a statement has written; with a WITH it may write more."""
    return statement.verb in _CHANGES and len(statement.writes) == 1 and step.sql.lstrip()[:6].upper() == statement.verb


def _least(step: Step, statement: Statement) -> int:
    return (rows_written(step) or 0) if _is_simple(step, statement) else 0
