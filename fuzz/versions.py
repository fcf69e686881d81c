"""The versions of every row that was written and committed, in order, with what each holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fuzz.attribution import Placed
from fuzz.history import Commit, History, Table, Write
from fuzz.transactions import Item

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """What a row was for a while.

    Attributes:
        row: its columns; None while it is not there.
        commit: the place of the commit that made it, among the history's; -1 for the seed.
        step: the number of the step that made it; 0 for the seed.
        visible: the number of the last step that does not see it: the last sent when the commit was answered.
        final: whether it is what the commit left of the row.
    """

    row: Row | None
    commit: int
    step: int
    visible: int
    final: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The states of the rows that a history's commits have written; rows that nobody wrote are left out.

    Attributes:
        states: of each row, in order; the first is the seed's.
        tables: the written rows of each table.
        written: a commit's place among the history's -> the rows that it wrote, each with the index of its last
            state of it.
    """

    states: Mapping[Item, Sequence[State]]
    tables: Mapping[str, Sequence[Item]]
    written: Mapping[int, Mapping[Item, int]]


@dataclass(slots=True)
class _Growing:
    history: History
    states: dict[Item, list[State]] = field(default_factory=dict)

    def add(self, number: int, step: int, commit: Commit, write: Write) -> None:
        """Add what a write made of its row; one that changes the key ends one row and begins another."""
        table = self.history.tables[write.table]
        old, new = item_of(table, write.before), item_of(table, write.after)
        visible = self._answered(commit)
        if old is not None and old != new:
            self._add(old, State(None, number, step, visible, final=True), write.before)
        if new is not None:
            self._add(new, State(write.after, number, step, visible, final=True), write.before if old == new else None)

    def _add(self, item: Item, state: State, before: Row | None) -> None:
        states = self.states.setdefault(item, [State(before, -1, 0, -1, final=True)])
        last = states[-1]
        if last.commit == state.commit:
            states[-1] = State(last.row, last.commit, last.step, last.visible, final=False)
        states.append(state)

    def _answered(self, commit: Commit) -> int:
        steps = self.history.steps
        return steps[commit.step - 1].settled if commit.step <= len(steps) else commit.step


def rows_of(history: History, placed: Placed) -> Rows:
    """Follow the rows of a history through its commits.

    Args:
        history: whose commits are followed.
        placed: which step made which write.
    """
    growing = _Growing(history)
    steps = {id(write): number for number, writes in placed.writes.items() for write in writes}
    for number, commit in enumerate(history.commits):
        for write in commit.writes:
            growing.add(number, steps.get(id(write), commit.step), commit, write)
    tables: defaultdict[str, list[Item]] = defaultdict(list)
    written: defaultdict[int, dict[Item, int]] = defaultdict(dict)
    for item, states in growing.states.items():
        tables[item[0]].append(item)
        for number, state in enumerate(states):
            written[state.commit][item] = number
    return Rows(growing.states, tables, written)


def item_of(table: Table, row: Row | None) -> Item | None:
    """A row's table and primary key, as text; None where there is no row, or its table has no primary key."""
    if row is None or not table.key:
        return None
    return table.name, tuple(text_of(row[column]) for column in table.key)


def text_of(value: Any) -> str:
    """A value of the audit as PostgreSQL writes it in a result; a moment without what differs between the two."""
    if value is True or value is False:
        return "t" if value else "f"
    return settled(str(value))


_MOMENT = re.compile(r"(\d{4,}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d[.\d]*)([+-]\d\d)?(?::00)?")


def settled(text: str) -> str:
    """A moment as one text, whether JSON's or a result's; anything else as it is."""
    found = _MOMENT.fullmatch(text)
    return f"{found[1]} {found[2]}{found[3] or ''}" if found else text
