"""The rows of the database that a statement's result shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fuzz.history import Column, Step, Table


@dataclass(frozen=True, slots=True)
class Read:
    """A row that was read, as far as the select list holds it: column -> PostgreSQL's text."""

    table: str
    values: Mapping[str, str | None]


@dataclass(slots=True)
class _Place:
    """Where a table's columns are in a result; a table that is joined twice has two."""

    table: str
    columns: dict[str, int] = field(default_factory=dict)


def rows_read(step: Step, tables: Mapping[str, Table]) -> list[Read]:
    """The rows that a step read, each once, in the order of the result.

    Args:
        step: any.
        tables: the target's, by name.
    """
    places = list(_places(step.columns, tables))
    found: dict[str, Read] = {}
    for row in step.rows:
        for place in places:
            read = Read(place.table, {column: row[index] for column, index in place.columns.items()})
            if any(value is not None for value in read.values.values()):  # else an outer join found nothing
                found.setdefault(repr(read), read)
    return list(found.values())


def _places(columns: tuple[Column, ...], tables: Mapping[str, Table]) -> Iterator[_Place]:
    last: dict[str, _Place] = {}
    for index, column in enumerate(columns):
        if column.table is None or column.origin is None or column.table not in tables:
            continue
        place = last.get(column.table)
        if place is None or column.origin in place.columns:
            if place is not None:
                yield place
            place = last[column.table] = _Place(column.table)
        place.columns[column.origin] = index
    yield from last.values()


def computed(step: Step) -> Mapping[str, str | None]:
    """What the first row of a result holds that is no table's column: counts, sums, constants."""
    if not step.rows:
        return {}
    return {
        column.name: value for column, value in zip(step.columns, step.rows[0], strict=True) if column.table is None
    }
