"""The versions of every row that was written and committed, in order, with what each holds."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fuzz.history import Commit, History, Table, Write
from fuzz.transactions import Item

Row = Mapping[str, Any]


class State(NamedTuple):
    """What a row was for a while; a named tuple, as a long history has many.

    Attributes:
        row: its columns, but for those whose values do not tell what they are equal to. None while it is not there, if
            it has a primary key; a row without one is known by all its columns, so that these are told even then.
        gone: whether it is not there.
        commit: the place of the commit that made it, among the history's; -1 for the seed.
        step: the number of the step that made it; 0 for the seed.
        visible: the number of the last step that does not see it: the last sent when the commit was answered.
        final: whether it is what the commit left of the row.
        moved: whether a change of its primary key ended it, or began it.
    """

    row: Row | None
    gone: bool
    commit: int
    step: int
    visible: int
    final: bool
    moved: bool = False


@dataclass(slots=True)
class Chain:
    """The states of one row.

    Attributes:
        item: the row.
        states: in the order they were made and committed; the first is what the history began with.
        finals: the places of those that a commit left, the first among them: what another may see.
        visible: of each of `finals`, `State.visible`.
    """

    item: Item
    states: list[State]
    finals: list[int] = field(default_factory=lambda: [0])
    visible: list[int] = field(default_factory=lambda: [-1])

    def add(self, state: State) -> None:
        """Add the next state; what the same commit made before is not what it left."""
        last = self.states[-1]
        if last.commit == state.commit:
            self.states[-1] = last._replace(final=False)
            self.finals.pop()
            self.visible.pop()
        self.finals.append(len(self.states))
        self.visible.append(state.visible)
        self.states.append(state)

    def committed(self, until: int) -> int:
        """The place of the state that had been committed last when a step was sent, by the step's number."""
        return self.finals[bisect_left(self.visible, until) - 1]

    def next(self, place: int) -> int | None:
        """The place of the next state after a place that others may see."""
        later = bisect_right(self.finals, place)
        return self.finals[later] if later < len(self.finals) else None


@dataclass(slots=True)
class Rows:
    """The rows that a history's commits have written; those that nobody wrote are left out.

    Attributes:
        history: whose.
        chains: each row's states.
        tables: the written rows of each table.
        written: a commit's place among the history's -> the rows that it wrote, each with the place of its last
            state of it.
        overwritten: a step's number -> the rows that it changed or deleted, each with the place of the state before.
    """

    history: History
    chains: dict[Item, Chain] = field(default_factory=dict)
    tables: defaultdict[str, list[Chain]] = field(default_factory=lambda: defaultdict(list))
    written: defaultdict[int, dict[Item, int]] = field(default_factory=lambda: defaultdict(dict))
    overwritten: defaultdict[int, dict[Item, int]] = field(default_factory=lambda: defaultdict(dict))

    def chain(self, item: Item, first: Row | None, *, gone: bool) -> Chain:
        """A row's states; where it has none yet, what it was first."""
        if item not in self.chains:
            row = comparable(self.history.tables[item[0]], first)
            chain = self.chains[item] = Chain(item, [State(row, gone, -1, 0, -1, final=True)])
            self.tables[item[0]].append(chain)
        return self.chains[item]

    def add(self, chain: Chain, state: State) -> None:
        """Add a state to a row's."""
        if not chain.states[-1].gone:
            self.overwritten[state.step].setdefault(chain.item, len(chain.states) - 1)
        chain.add(state)
        self.written[state.commit][chain.item] = len(chain.states) - 1


def rows_of(history: History, placed: Mapping[int, Sequence[Write]]) -> Rows:
    """Follow the rows of a history through its commits.

    Args:
        history: whose commits are followed.
        placed: the writes of each step.
    """
    rows = Rows(history)
    steps = {id(write): number for number, writes in placed.items() for write in writes}
    copies = _Copies(rows)
    for number, commit in enumerate(history.commits):
        visible = answered(history, commit)
        for write in commit.writes:
            table = history.tables[write.table]
            step = steps.get(id(write), commit.step)
            for chain, row, moved in _ends(rows, table, write) if table.key else copies.ends(table, write):
                gone = row is None
                kept = chain.states[-1].row if gone and not table.key else comparable(table, row)
                rows.add(chain, State(kept, gone, number, step, visible, final=True, moved=moved))
    return rows


_End = tuple[Chain, Row | None, bool]
"""A row's states so far, what a write makes of it, and whether that changes its key."""


def _ends(rows: Rows, table: Table, write: Write) -> Iterator[_End]:
    """What a write makes of rows with a primary key: one that changes the key ends one row and begins another."""
    old, new = item_of(table, write.before), item_of(table, write.after)
    if old is not None and old == new:
        yield rows.chain(old, write.before, gone=False), write.after, False
        return
    moved = old is not None and new is not None
    if old is not None:
        yield rows.chain(old, write.before, gone=False), None, moved
    if new is not None:
        yield rows.chain(new, None, gone=True), write.after, moved


@dataclass(slots=True)
class _Copies:
    """Rows without a primary key: each that is inserted is another one, even if it is equal to one that is there.

    Which of several equal rows a write has changed cannot be told, and makes no difference to whoever reads them.
    """

    rows: Rows
    made: defaultdict[Item, list[Chain]] = field(default_factory=lambda: defaultdict(list))

    def ends(self, table: Table, write: Write) -> Iterator[_End]:
        """What a write makes of such rows."""
        old = None if write.before is None else _content(table, write.before)
        new = None if write.after is None else _content(table, write.after)
        if write.before is not None and old is not None:
            chain = self._present(old, write.before)
            if old == new:
                yield chain, write.after, False
                return
            yield chain, None, False
        if write.after is not None and new is not None:
            yield self._another(new, write.after, gone=True), write.after, False

    def _present(self, content: Item, row: Row) -> Chain:
        present = (chain for chain in self.made[content] if not chain.states[-1].gone)
        return next(present, None) or self._another(content, row, gone=False)

    def _another(self, content: Item, row: Row, *, gone: bool) -> Chain:
        copies = self.made[content]
        table, key = content
        item = (table, (*key, f"({len(copies) + 1})")) if copies else content
        chain = self.rows.chain(item, row, gone=gone)
        copies.append(chain)
        return chain


def _content(table: Table, row: Row) -> Item:
    return table.name, tuple(text_of(row[column]) for column in table.columns)


def comparable(table: Table, row: Row | None) -> Row | None:
    """A row without the columns whose values do not tell what they are equal to."""
    if row is None or not table.incomparable:
        return row
    return {name: value for name, value in row.items() if name not in table.incomparable}


def answered(history: History, commit: Commit) -> int:
    """The last step that had been sent when a commit was answered."""
    steps = history.steps
    return steps[commit.step - 1].settled if commit.step <= len(steps) else commit.step


def item_of(table: Table, row: Row | None) -> Item | None:
    """A row's table and primary key, as text; None where there is no row, or its table has no primary key."""
    if row is None or not table.key:
        return None
    return table.name, tuple([text_of(row[column]) for column in table.key])


def text_of(value: Any) -> str:
    """A value of the audit as PostgreSQL writes it in a result; a moment without what differs between the two."""
    if type(value) is int:
        return str(value)
    if value is True or value is False:
        return "t" if value else "f"
    return settled(str(value))


_MOMENT = re.compile(r"(\d{4,}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d[.\d]*)([+-]\d\d)?(?::00)?")


def is_moment(text: str) -> bool:
    """Whether a text is a timestamp, as JSON or a result has it."""
    return _MOMENT.fullmatch(text) is not None


def settled(text: str) -> str:
    """A moment as one text, whether JSON's or a result's; anything else as it is."""
    found = _MOMENT.fullmatch(text)
    return f"{found[1]} {found[2]}{found[3] or ''}" if found else text
