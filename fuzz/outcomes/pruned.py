"""An outcome without what is left out of comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from fuzz.history import Place
from fuzz.outcomes.ending import CallEnd, Ending
from fuzz.outcomes.graph import Graph, graph_of
from fuzz.outcomes.ids import Ids, is_uuid
from fuzz.outcomes.values import Row, Special, Value
from fuzz.outcomes.volatile import Path, Volatile


@dataclass(frozen=True, eq=False)
class Pruned:
    """What of an outcome is compared; two of them may be equal outright, or up to a renaming of ids.

    Attributes:
        ending: the whole of it.
        calls: how each call ended.
        rows: (table, row) -> how many more there are than in the seed.
        volatile: what has been left out.
    """

    ending: Ending
    calls: Mapping[Place, Value]
    rows: Mapping[tuple[str, Row], int]
    volatile: Volatile

    @cached_property
    def ids(self) -> Ids:
        """What recognises its ids."""
        return ids_of(self.ending, self.volatile)

    @cached_property
    def graph(self) -> Graph:
        """Its facts and their ids, as a graph."""
        return graph_of(self.calls, self.rows, self.ids)


@lru_cache(maxsize=128)
def pruned(ending: Ending, volatile: Volatile, ignored: frozenset[tuple[str, str]]) -> Pruned:
    """An outcome without what is left out; kept, as that of a serial order is compared with many others."""
    rows: Counter[tuple[str, Row]] = Counter()
    for table, counts in ending.rows.items():
        paths = _paths_in_rows(table, volatile, ignored)
        for row, count in counts.items():
            if rest := _prune_row(row, paths):
                rows[table, rest] += count
    return Pruned(
        ending,
        {place: _prune_call(end, volatile) for place, end in ending.calls.items()},
        {fact: count for fact, count in rows.items() if count},
        volatile,
    )


def ids_of(ending: Ending, volatile: Volatile) -> Ids:
    """What recognises the ids that were made up in the run of an outcome."""
    uuids = {
        UUID(value)
        for table, column in volatile.uuids
        for row in ending.inserted.get(table, ())
        for name, value in row
        if name == column and is_uuid(value)
    }
    return Ids(ending.minted, ending.arguments, uuids)


def _paths_in_rows(table: str, volatile: Volatile, ignored: frozenset[tuple[str, str]]) -> dict[str, list[Path]]:
    """Column -> the paths to leave out of it."""
    paths: dict[str, list[Path]] = {column: [()] for name, column in ignored | volatile.columns if name == table}
    for name, column, path in volatile.documents:
        if name == table:
            paths.setdefault(column, []).append(path)
    return paths


def _prune_row(row: Row, paths: Mapping[str, Sequence[Path]]) -> Row:
    if not paths:
        return row
    return frozenset(
        (column, _prune(value, paths[column]) if column in paths else value)
        for column, value in row
        if () not in paths.get(column, ())
    )


def _prune_call(end: CallEnd, volatile: Volatile) -> Value:
    paths = [path for operation, path in volatile.results if operation == end.operation]
    if () in paths:
        return Special.LEFT_OUT
    return ("returned", _prune(end.returned, paths)) if paths and end.failure is None else end.value


def _prune(value: Value, paths: Sequence[Path]) -> Value:
    """A value with a mark in place of what the paths lead to; a path that leads nowhere is none."""
    if () in paths:
        return Special.LEFT_OUT
    if not paths:
        return value
    if isinstance(value, tuple):
        rest = [path[1:] for path in paths if path[0] == "*"]
        return tuple(_prune(item, rest) for item in value)
    if isinstance(value, frozenset):
        return frozenset((key, _prune(item, [path[1:] for path in paths if path[0] == key])) for key, item in value)
    return value
