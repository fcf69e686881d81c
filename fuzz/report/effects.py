"""Which step made which committed write."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fuzz.history import Commit, History, Step, Write
from fuzz.report.statement import read_statement

_Sort = tuple[str, str]
"""A verb and a table."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What the steps of a history wrote, as far as it was committed and can be told.

    Attributes:
        writes: a step's number -> its writes.
        unplaced: the number of a committing step -> writes of its transaction that are no one statement's: made
            by a cascade or a trigger, or by statements of which some were undone.
    """

    writes: Mapping[int, tuple[Write, ...]]
    unplaced: Mapping[int, tuple[Write, ...]]


def effects_of(history: History) -> Effects:
    """Assign the committed writes to the steps of their transactions, by verb, table and order.

    That is certain where the statements' row counts add up to the number of writes, and is left alone elsewhere.
    """
    writes: dict[int, tuple[Write, ...]] = {}
    unplaced: dict[int, tuple[Write, ...]] = {}
    for commit in history.commits:
        steps = list(_transaction(history, commit))
        counts: Counter[_Sort] = Counter()
        for step in steps:
            counts[_sort(step)] += _rows(step)
        made = defaultdict(list)
        for write in commit.writes:
            made[verb_of(write), write.table].append(write)
        certain = {sort: iter(of_sort) for sort, of_sort in made.items() if counts[sort] == len(of_sort)}
        for step in steps:
            if _rows(step) and _sort(step) in certain:
                writes[step.number] = tuple(next(certain[_sort(step)]) for _ in range(_rows(step)))
        left = tuple(write for write in commit.writes if (verb_of(write), write.table) not in certain)
        if left:
            unplaced[commit.step] = left
    return Effects(writes, unplaced)


def verb_of(write: Write) -> str:
    """The statement that a write is the effect of."""
    return "INSERT" if write.before is None else "DELETE" if write.after is None else "UPDATE"


def _transaction(history: History, commit: Commit) -> Iterator[Step]:
    """The writing steps of the transaction that a commit ended."""
    own = [step for step in history.steps if step.session == commit.session and step.number < commit.step]
    start = max((step.number for step in own if ends_transaction(step)), default=0)
    return (step for step in own if step.number > start and read_statement(step.sql).writes)


def ends_transaction(step: Step) -> bool:
    """Whether a step is a COMMIT, or a ROLLBACK of the whole transaction."""
    words = step.sql.upper().split()
    return bool(words) and words[0] in {"COMMIT", "ROLLBACK"} and "TO" not in words


def _sort(step: Step) -> _Sort:
    reading = read_statement(step.sql)
    return reading.verb, reading.table


def _rows(step: Step) -> int:
    """How many rows a statement wrote, by its command tag."""
    count = step.tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0
