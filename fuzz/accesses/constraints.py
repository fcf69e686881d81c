"""What constraints make PostgreSQL look at when rows are written: no statement names it, but a write depends on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fuzz.accesses.versions import Row
from fuzz.history import History, Reference, Table, Write
from fuzz.remembering import of_the_last


class Look(NamedTuple):
    """A look for rows of a table that have certain values in certain columns; without columns it may be for any row."""

    table: str
    columns: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()


class Constraints:
    """The constraints of a history's tables."""

    def __init__(self, history: History) -> None:
        self._tables = history.tables
        self._children = _children(history.tables)

    def looks(self, writes: Iterable[Write]) -> Iterator[Look]:
        """What unique indexes and foreign keys looked for when rows were written; the primary key is left out.

        Args:
            writes: those of one statement, or of a transaction.
        """
        written = tuple(writes)
        return iter(dict.fromkeys((*self._rivals(written), *self.children(written), *self.parents(written))))

    def keys(self, writes: Iterable[Write]) -> Iterator[tuple[tuple[str, ...], Look]]:
        """The looks for rows with the same primary key, or the same unique values, which may not be there.

        Whoever changes a row in any way keeps others from writing its unique values until it is known what becomes of
        it (PostgreSQL manual, Index Uniqueness Checks), so that all that it has are looked for.

        Yields:
            The columns of an index, and a look for the values there.
        """
        for write in writes:
            table = self._tables[write.table]
            for row in (write.before, write.after):
                for columns in table.indexed:
                    if row is not None and None not in [row[column] for column in columns]:
                        yield columns, _look(table, columns, table, columns, row)

    def children(self, writes: Iterable[Write]) -> Iterator[Look]:
        """The looks for rows that point to what is gone."""
        for write in writes:
            if write.before is not None:
                for child, reference in self._children.get(write.table, ()):
                    if _differ(write.before, write.after, reference.keys):
                        yield _look(self._tables[write.table], reference.keys, child, reference.columns, write.before)

    def parents(self, writes: Iterable[Write]) -> Iterator[Look]:
        """The looks for rows that have to be there, as foreign keys point to them."""
        for write in writes:
            table, before, after = self._tables[write.table], write.before, write.after
            for reference in table.references:
                if after is not None and _differ(after, before, reference.columns):
                    yield _look(table, reference.columns, self._tables[reference.table], reference.keys, after)

    def _rivals(self, writes: Iterable[Write]) -> Iterator[Look]:
        for write in writes:
            table = self._tables[write.table]
            for columns in table.unique:
                if write.after is not None and _differ(write.after, write.before, columns):
                    yield _look(table, columns, table, columns, write.after)

    def near(self, tables: Iterable[str]) -> Iterable[str]:
        """The tables in which a write may have looked for anything, where it is not known what it wrote.

        Args:
            tables: those that it may have written itself; by cascades it may have written more.
        """
        written = list(tables)
        for name in written:  # grows
            written.extend(child.name for child, _ in self._children.get(name, ()) if child.name not in written)
        parents = (reference.table for name in written for reference in self._tables[name].references)
        return sorted({*written, *parents})


@of_the_last
def _children(tables: Mapping[str, Table]) -> Mapping[str, Sequence[tuple[Table, Reference]]]:
    """The foreign keys that point to each table, with the table that each is of."""
    found: defaultdict[str, list[tuple[Table, Reference]]] = defaultdict(list)
    for child in tables.values():
        for reference in child.references:
            found[reference.table].append((child, reference))
    return found


def _differ(row: Row, other: Row | None, columns: Sequence[str]) -> bool:
    """Whether a row has values in some columns, no NULL among them, and other ones than before or after."""
    values = [row[column] for column in columns]
    return None not in values and (other is None or values != [other[column] for column in columns])


def _look(own: Table, columns: Sequence[str], there: Table, names: tuple[str, ...], row: Row) -> Look:
    """A look for rows that have in some columns the values that a row has in its own."""
    if not own.incomparable.isdisjoint(columns) or not there.incomparable.isdisjoint(names):
        return Look(there.name)
    return Look(there.name, names, values_of(row, columns))


def values_of(row: Row, columns: Sequence[str]) -> tuple[Any, ...]:
    """The values that a row has in some columns, as a `Look` has them."""
    return tuple([_hashable(row[column]) for column in columns])


def _hashable(value: Any) -> Any:
    return repr(value) if isinstance(value, (list, dict)) else value
