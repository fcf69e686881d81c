"""What a run has read off its clock; under another clock it would be something else, so that it says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fuzz.history import History
from fuzz.outcomes.values import value_of
from fuzz.outcomes.volatile import Path, Volatile
from fuzz.plain import Unordered

_LASTS = timedelta(hours=1)
"""How far a case's clock may come: three million readings. No argument or seeded row is taken for one."""


def readings_in(history: History) -> Volatile:
    """Where the rows and results of a run hold what its clock has shown.

    That is no more than `volatile_in` finds by a second run under another clock, and mostly the same.
    """
    clock = history.minted.clock
    if clock is None:
        return Volatile()
    columns: set[tuple[str, str]] = set()
    documents: set[tuple[str, str, Path]] = set()
    for write in (write for commit in history.commits for write in commit.writes if write.after is not None):
        for path in _paths(write.after, clock):
            table, column = write.table, str(path[0])
            if path[1:]:
                documents.add((table, column, path[1:]))
            else:
                columns.add((table, column))
    results = {(end.invocation.operation, path) for end in history.outcomes for path in _paths(end.result, clock)}
    return Volatile(columns=frozenset(columns), documents=frozenset(documents), results=frozenset(results))


def _paths(value: Any, clock: datetime, path: Path = ()) -> Iterator[Path]:
    """The ways to readings in a value."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _paths(item, clock, (*path, value_of(key)))
    elif isinstance(value, (tuple, list)) and not isinstance(value, Unordered):
        for item in value:
            yield from _paths(item, clock, (*path, "*"))
    elif (moment := _moment(value)) is not None and clock < moment < clock + _LASTS:
        yield path


_ENDS = 10_000_000_000
"""Seconds since 1970 beyond any clock's."""


def _moment(value: Any) -> datetime | None:
    """A value as a moment, if it may be one; one without a time zone is taken for UTC."""
    if isinstance(value, str) and value[4:5] == "-" and value[13:14] == ":":
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC)
    if isinstance(value, (float, Decimal)) and 0 < value < _ENDS:
        return datetime.fromtimestamp(float(value), UTC)
    return None
