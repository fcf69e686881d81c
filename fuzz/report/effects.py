"""Which step made which committed write."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
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
            by a cascade or a trigger.
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
        steps = _transaction(history, commit)
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


def _transaction(history: History, commit: Commit) -> list[Step]:
    """The writing steps of the transaction that a commit ended, without those that a savepoint has undone."""
    kept: list[Step] = []
    savepoints: dict[str, int] = {}
    for step in history.steps[: commit.step - 1]:
        if step.session != commit.session:
            continue
        match step.sql.upper().split():
            case ["SAVEPOINT", name]:
                savepoints[name] = len(kept)
            case ["ROLLBACK", "TO", *_, name]:
                del kept[savepoints.get(name, 0) :]
            case ["COMMIT" | "ROLLBACK"]:
                kept.clear()
            case _ if read_statement(step.sql).writes:
                kept.append(step)
    return kept


def _sort(step: Step) -> _Sort:
    reading = read_statement(step.sql)
    return reading.verb, reading.table


def _rows(step: Step) -> int:
    """How many rows a statement wrote, by its command tag."""
    count = step.tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0
