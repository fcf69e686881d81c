"""Which step made which committed write.

The audit tells which changes one statement made, and in which order the statements came; the steps of the transaction
are in order, too. So each group of changes is the next statement's that can have made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fuzz.history import History, Step, Write
from fuzz.segments import Segment
from fuzz.statements import Statement, parse


@dataclass(frozen=True, slots=True)
class Placed:
    """What the steps of a history wrote, as far as it was committed.

    Attributes:
        writes: a step's number -> its writes, those of its cascades and triggers among them.
        unplaced: the number of a committing step -> writes of its transaction that are no statement's: a deferred
            trigger's, or such that cannot be told.
    """

    writes: Mapping[int, tuple[Write, ...]]
    unplaced: Mapping[int, tuple[Write, ...]]


def place(history: History, transactions: Iterable[Segment]) -> Placed:
    """Assign the committed writes of a history to the steps of their transactions.

    Args:
        history: whose commits are looked at.
        transactions: its steps, cut into transactions.
    """
    by_commit = {segment.last.number: segment for segment in transactions}
    writes: dict[int, tuple[Write, ...]] = {}
    unplaced: dict[int, tuple[Write, ...]] = {}
    for commit in history.commits:
        ahead = list(by_commit[commit.step].kept) if commit.step in by_commit else []
        for _, changes in groupby(commit.writes, key=lambda write: write.statement):
            group = tuple(changes)
            found = next((at for at, step in enumerate(ahead) if _can_have_made(step, group, history)), None)
            if found is None:
                unplaced[commit.step] = (*unplaced.get(commit.step, ()), *group)
            else:
                writes[ahead[found].number] = group
                del ahead[: found + 1]
    return Placed(writes, unplaced)


def verb_of(write: Write) -> str:
    """The statement that a write is the effect of."""
    return "INSERT" if write.before is None else "DELETE" if write.after is None else "UPDATE"


def rows_of(step: Step) -> int | None:
    """How many rows a statement wrote, by its command tag; None where the tag tells of none."""
    count = step.tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else None


def _can_have_made(step: Step, group: Sequence[Write], history: History) -> bool:
    statement = parse(step.sql)
    if statement.verb in {"INSERT", "UPDATE", "DELETE"} and len(statement.writes) == 1 and rows_of(step) == 0:
        return False
    own = any(verb in statement.writes.get(table, ()) for table, verb in _sorts(group))
    return own or is_opaque(statement, history)


def is_opaque(statement: Statement, history: History) -> bool:
    """Whether a statement may touch tables that its text does not name: by a function, through a view."""
    named = statement.reads | statement.writes.keys()
    return (
        not statement.known
        or statement.verb in {"CALL", "DO", "EXECUTE"}
        or not history.routines.isdisjoint(statement.functions)
        or any(name not in history.tables for name in named)
    )


def _sorts(group: Sequence[Write]) -> Iterator[tuple[str, str]]:
    for write in group:
        yield write.table, verb_of(write)
        if write.after is None:
            yield write.table, "TRUNCATE"
