"""What was committed of a row: whoever names it by its key has to do with all that the row has been in a run.

So two steps of which one names a row by its key, and the other looks for rows with a value that it never had, commute.
What the row was when it was named is not enough: each commit that changed it could have come between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from fuzz.history import History, Step, Table
from fuzz.statements.alike import Class
from fuzz.traces.reach import Box, Reach, box_of, is_within

_MOST = 1_000
"""Tables whose rows at first are remembered."""

Key = tuple[Class, ...]
"""The classes of a primary key's values."""


def key_of(box: Box, table: Table) -> Key | None:
    """The primary key of the only row that can be in a box; None where there can be more."""
    values = [box.get(column, frozenset()) for column in table.key]
    return tuple(value for (value,) in values) if values and all(len(value) == 1 for value in values) else None


class Rows:
    """The rows of a history.

    Args:
        history: whose.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._at_first: dict[str, Mapping[Key, Box]] = {}
        self._values: dict[tuple[str, Key], Box] = {}
        self._written: dict[tuple[str, Key], list[tuple[int, Box | None]]] = {}
        for commit in history.commits:
            for write in commit.writes:
                table = history.tables[write.table]
                for row in (write.before, write.after):
                    if row is not None and (key := key_of(box := box_of(row, table.incomparable), table)):
                        now = None if write.after is None or row is write.before else box
                        self._written.setdefault((table.name, key), []).append((commit.step, now))

    def all_of(self, reach: Reach, step: Step) -> Reach:
        """What a step has to do with, and what was known of those rows that it names by their keys."""
        return {name: tuple(self._whole(name, box, step) for box in boxes) for name, boxes in reach.items()}

    def _whole(self, name: str, box: Box, step: Step) -> Box:
        table = self._history.tables.get(name)
        key = None if table is None else key_of(box, table)
        if table is None or key is None:
            return box
        row = self._row(table, key, step)
        return {**self._ever(table, key), **box} if row is not None and is_within(row, box) else box

    def _ever(self, table: Table, key: Key) -> Box:
        """All values that a row has had, by column."""
        known = self._values.get((table.name, key))
        if known is None:
            written = [row for _, row in self._written.get((table.name, key), ())]
            versions = [row for row in (self._seed(table).get(key), *written) if row is not None]
            known = self._values[table.name, key] = versions[0] if len(versions) == 1 else _all_in(versions)
        return known

    def _row(self, table: Table, key: Key, step: Step) -> Box | None:
        """A row as it was committed when a step was answered; None where there was none."""
        versions = self._written.get((table.name, key), ())
        newest = [row for number, row in versions if number <= step.settled]
        return newest[-1] if newest else self._seed(table).get(key)

    def _seed(self, table: Table) -> Mapping[Key, Box]:
        if table.name not in self._at_first:
            self._at_first[table.name] = _Seeds.boxes(self._history.seed.get(table.name, ()), table)
        return self._at_first[table.name]


def _all_in(versions: Sequence[Box]) -> Box:
    """The values of some versions of a row, in the columns that are known of all."""
    known = frozenset.intersection(*(frozenset(row) for row in versions))
    return {column: frozenset().union(*(row[column] for row in versions)) for column in known}


class _Seeds:
    """The rows that runs begin with, which thousands of histories share, as boxes; by identity, as none is hashable."""

    _known: ClassVar[dict[tuple[int, str], tuple[Sequence[Mapping[str, Any]], Table, Mapping[Key, Box]]]] = {}

    @classmethod
    def boxes(cls, rows: Sequence[Mapping[str, Any]], table: Table) -> Mapping[Key, Box]:
        """The rows of a table by key."""
        known = cls._known.get((id(rows), table.name))
        if known is None or known[0] is not rows or known[1] is not table:
            if len(cls._known) >= _MOST:
                cls._known.clear()
            boxes = [box_of(row, table.incomparable) for row in rows]
            known = cls._known[id(rows), table.name] = (
                rows,
                table,
                {k: box for box in boxes if (k := key_of(box, table))},
            )
        return known[2]
