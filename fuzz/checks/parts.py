"""What sets two outcomes apart, part by part: values in rows, whole rows, ends of calls."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fuzz.checks.shown import narrowed, of_column, of_column_beside, of_result
from fuzz.history import Place
from fuzz.outcomes import CallDifference, CallEnd, Difference, RowDifference

Telling = Mapping[Place, Collection[Hashable]]
"""For each call, the keys of the documents that it returned which are told of; none: all."""

_COLUMNS = 4
"""Columns of a row that are told of."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of one row, as it is in the end, and as a serial order leaves it."""

    name: str
    here: Any
    there: Any


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is otherwise, as two clauses: how it is in the end, and how it is after a serial order."""

    here: str
    there: str


def cells_of(difference: Difference) -> Mapping[Hashable, Cell]:
    """The columns that differ of rows that are in both outcomes, by what they are in the first."""
    found: dict[Hashable, Cell] = {}
    for row in difference.rows:
        if row.one is not None and row.other is not None:
            for column in row.columns:
                path, here, there = narrowed(row.one.get(column), row.other.get(column))
                found[row.table, repr(row.one), column] = Cell(f"{name_of(row)} has {column}{path}", here, there)
    return found


def rows_of(difference: Difference) -> Mapping[Hashable, RowDifference]:
    """The rows that are in one outcome only as they are there, by what they are."""
    return {
        (row.table, row.one is None, repr(row.one or row.other)): row
        for row in difference.rows
        if row.columns or row.one is None or row.other is None
    }


def calls_of(difference: Difference) -> Mapping[Place, CallDifference]:
    """The calls that end otherwise."""
    return {(call.session, call.place): call for call in difference.calls}


def parts_of(difference: Difference, telling: Telling) -> Iterator[Part]:
    """All that differs, but for rows that nothing but ids tells apart."""
    for cell in cells_of(difference).values():
        here, there = of_column_beside([cell.here, cell.there])
        yield Part(f"{cell.name} {here}", f"{cell.name} {there}")
    for row in rows_of(difference).values():
        if row.one is None or row.other is None:
            yield _of_row(row)
    for place, call in calls_of(difference).items():
        here, there = end_of(call.one, telling[place]), end_of(call.other, telling[place])
        yield Part(f"session {call.session}'s {operation_of(call.one)} {here}", f"session {call.session}'s {there}")


def _of_row(row: RowDifference) -> Part:
    if not row.key:
        more, less = f"there is one {whole(row)} more", f"there is one {whole(row)} less"
        return Part(less, more) if row.one is None else Part(more, less)
    there_is, there_is_no = f"there is {whole(row)}", f"there is no {name_of(row)}"
    return Part(there_is_no, there_is) if row.one is None else Part(there_is, there_is_no)


def name_of(row: RowDifference) -> str:
    """A row's table and key."""
    return f"{row.table} {', '.join(map(str, row.key))}".strip()


def whole(row: RowDifference) -> str:
    """A row with what it holds, as it is in the first outcome if it is there."""
    values = row.one or row.other or {}
    told = [f"{column} {of_column(value)}" for column, value in values.items() if column not in row.key_columns]
    return f"{name_of(row)} ({', '.join(told[:_COLUMNS])})" if told else name_of(row)


def operation_of(end: CallEnd | None) -> str:
    """What was called."""
    return "call" if end is None else end.operation


def end_of(end: CallEnd | None, telling: Collection[Hashable]) -> str:
    """How a call ended."""
    if end is None:
        return "did not end"
    if end.failure is not None:
        return f"ended in {end.failure.name}"
    return f"returned {of_result(end.result, telling)}"
