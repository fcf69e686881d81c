"""The committed state as it was after every commit, followed from the seed through the writes."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fuzz.checks.rules import Rules
from fuzz.history import Commit, History, Table, Write

Row = Mapping[str, Any]
Key = tuple[str, tuple[Any, ...]]
"""A row's table and primary key."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one transaction made of one row in all: None before an INSERT, None after a DELETE."""

    before: Row | None
    after: Row | None


class Committed:
    """The committed rows; moved on commit by commit.

    Args:
        history: whose seed it starts from.
    """

    def __init__(self, history: History) -> None:
        self._tables = history.tables
        self._rows: ChainMap[Key, Row | None] = ChainMap({}, _keyed(_Seed(history.seed, history.tables)))
        """Above, what commits have changed, None where a row has gone; beneath, the seed's rows, which stay."""

    def row(self, key: Key) -> Row | None:
        """A row as it was committed last."""
        return self._rows.get(key)

    def apply(self, commit: Commit) -> dict[Key, Change]:
        """Move on over a commit.

        Returns:
            What it made of each row; rows of tables without a primary key are left out.
        """
        changes: dict[Key, Change] = {}
        for write in commit.writes:
            for key, change in self._changes(write):
                first = changes[key].before if key in changes else change.before
                changes[key] = Change(first, change.after)
        for key, change in changes.items():
            self._rows[key] = change.after
        return {key: change for key, change in changes.items() if change.before or change.after}

    def _changes(self, write: Write) -> Iterator[tuple[Key, Change]]:
        """A write as changes; one that changes the key ends one row and begins another."""
        table = self._tables[write.table]
        old = None if write.before is None else key_of(table, write.before)
        new = None if write.after is None else key_of(table, write.after)
        if old is not None and old == new:
            yield old, Change(write.before, write.after)
            return
        if old is not None:
            yield old, Change(write.before, None)
        if new is not None:
            yield new, Change(None, write.after)

    def reached(self, table: str, row: Row, rules: Rules) -> set[Key]:
        """The rows whose revision number a change of a row means, by the rules' edges from child to parent.

        Args:
            table: the changed row's table.
            row: the row, as it was or as it is.
            rules: with the revision column and the edges.
        """
        own = key_of(self._tables[table], row)
        found = {own} if own is not None and rules.revision in row else set()
        visited, waiting = {own}, [(table, row)]
        while waiting:
            for key, parent in self._parents(*waiting.pop(), rules):
                if key in visited:
                    continue
                visited.add(key)
                if rules.revision in parent:
                    found.add(key)
                else:
                    waiting.append((key[0], parent))
        return found

    def _parents(self, table: str, row: Row, rules: Rules) -> Iterator[tuple[Key, Row]]:
        """The rows that the edges of a row lead to."""
        for column, parent in rules.edges.get(table, ()):
            key = (parent, (row[column],))
            if (above := self.row(key)) is not None:
                yield key, above

    def children(self, key: Key, rules: Rules) -> list[Key]:
        """The rows that an edge leads from to a given one."""
        columns = {
            (child, column) for child, edges in rules.edges.items() for column, parent in edges if parent == key[0]
        }
        return sorted(
            found
            for found, row in self._rows.items()
            for table, column in columns
            if row is not None and table == found[0] and (row[column],) == key[1]
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Seed:
    """A seed's rows and their tables. The rows are told by which object they are: all histories of a stage share it."""

    rows: Mapping[str, tuple[Row, ...]]
    tables: Mapping[str, Table]

    def __hash__(self) -> int:
        return id(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Seed) and self.rows is other.rows and self.tables == other.tables


@lru_cache(maxsize=2)
def _keyed(seed: _Seed) -> dict[Key, Row | None]:
    """A seed's rows by their keys, not to be changed; kept, as keying a large seed takes longer than a case."""
    return {
        key: row
        for table, rows in seed.rows.items()
        for row in rows
        if (key := key_of(seed.tables[table], row)) is not None
    }


def key_of(table: Table, row: Row) -> Key | None:
    """A row's table and primary key; None where the table has none."""
    return (table.name, tuple(row[column] for column in table.key)) if table.key else None


def whole(value: Any) -> int | None:
    """A revision number; None for what cannot be counted up by one, as a text, a timestamp or NULL."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def name_of(key: Key) -> str:
    """A row, for people: its table and primary key."""
    return f"{key[0]} {', '.join(map(str, key[1]))}"
