"""The committed state as it was after every commit, followed from the seed through the writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
        self._rows: dict[Key, Row] = {
            key: row
            for table, rows in history.seed.items()
            for row in rows
            if (key := key_of(self._tables[table], row)) is not None
        }

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
            if change.after is None:
                self._rows.pop(key, None)
            else:
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
        if rules.revision in row:
            key = key_of(self._tables[table], row)
            return set() if key is None else {key}
        found: set[Key] = set()
        for column, parent in rules.edges.get(table, ()):
            above = self._rows.get((parent, (row[column],)))
            if above is not None:
                found |= self.reached(parent, above, rules)
        return found

    def children(self, key: Key, rules: Rules) -> list[Key]:
        """The rows that an edge leads from to a given one."""
        columns = {
            (child, column) for child, edges in rules.edges.items() for column, parent in edges if parent == key[0]
        }
        return sorted(
            found
            for found, row in self._rows.items()
            for table, column in columns
            if table == found[0] and (row[column],) == key[1]
        )


def key_of(table: Table, row: Row) -> Key | None:
    """A row's table and primary key; None where the table has none."""
    return (table.name, tuple(row[column] for column in table.key)) if table.key else None


def whole(value: Any) -> int | None:
    """A revision number; None for what cannot be counted up by one, as a text, a timestamp or NULL."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def name_of(key: Key) -> str:
    """A row, for people: its table and primary key."""
    return f"{key[0]} {', '.join(map(str, key[1]))}"
