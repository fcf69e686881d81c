"""What was left in the end, beside what each serial order leaves, in a sentence or two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from fuzz.checks.shown import narrowed, of_column, of_column_beside, of_result, telling_keys
from fuzz.history import History, Place
from fuzz.outcomes import CallEnd, Difference, RowDifference

_MOST = 3
"""Serial orders that are told of."""

_COLUMNS = 4
"""Columns of a row that are told of."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A serial order, and what sets an outcome apart from its."""

    order: History
    difference: Difference

    @property
    def name(self) -> str:
        """Who went first: "A then B"."""
        return " then ".join(session for session, _ in groupby(self.order.case.schedule))


def outcome(apart: Sequence[Apart]) -> str:
    """What was left, and what the serial orders leave.

    Args:
        apart: all serial orders, at least one.
    """
    cells = [(each.name, _cell(each.difference)) for each in apart[:_MOST]]
    changed = [(name, cell) for name, cell in cells if cell is not None]
    if len(changed) == len(cells):
        return _of_cells(changed)
    nearest = min((each.difference for each in apart), key=lambda each: len(each.rows) + len(each.calls))
    if any(row.columns or None in (row.one, row.other) for row in nearest.rows):
        return _of_row(nearest.rows[0])
    if nearest.calls:
        return _of_calls(apart)
    return _of_ids(nearest)


@dataclass(frozen=True, slots=True)
class _Cell:
    """One column of one row, as it is in the end, and as a serial order leaves it."""

    name: str
    here: Any
    there: Any


def _cell(difference: Difference) -> _Cell | None:
    """The first column that differs of a row that is in both outcomes."""
    for row in difference.rows:
        if row.one is not None and row.other is not None and row.columns:
            column = row.columns[0]
            path, here, there = narrowed(row.one.get(column), row.other.get(column))
            return _Cell(f"{_name(row)} has {column}{path}", here, there)
    return None


def _of_cells(cells: Sequence[tuple[str, _Cell]]) -> str:
    texts = iter(of_column_beside([value for _, cell in cells for value in (cell.here, cell.there)]))
    cells = [(order, replace(cell, here=next(texts), there=next(texts))) for order, cell in cells]
    here = " and ".join(dict.fromkeys(f"{cell.name} {cell.here}" for _, cell in cells))
    if len({cell.name for _, cell in cells}) > 1:
        there = "; ".join(f"after {order} {cell.name} {cell.there}" for order, cell in cells)
    elif len({cell.there for _, cell in cells}) > 1:
        there = ", ".join(f"{order} leaves {cell.there}" for order, cell in cells)
    else:
        there = f"any serial order leaves {cells[0][1].there}"
    return f"In the end {here}; {there}."


def _of_row(row: RowDifference) -> str:
    if row.other is None:
        return f"In the end there is {_row(row, row.one)}, which is not there after a serial order."
    if row.one is None:
        return f"In the end there is no {_row(row, row.other)}, which a serial order leaves."
    return f"In the end there is {_row(row, row.one)}, where a serial order leaves {_row(row, row.other)}."


def _of_ids(difference: Difference) -> str:
    """Rows that are told apart by nothing but what their ids stand for."""
    rows = ", ".join(_row(row, row.one) for row in difference.rows[:_MOST])
    return f"Ids of the outcome stand for other rows than they do after any serial order: {rows}."


def _name(row: RowDifference) -> str:
    return f"{row.table} {', '.join(map(str, row.key))}".strip()


def _of_calls(apart: Sequence[Apart]) -> str:
    """How the calls ended that end otherwise in some order, and how they do there."""
    telling = _telling(apart)
    ends = {(each.session, each.place): each.one for order in apart[:_MOST] for each in order.difference.calls}
    here = ", ".join(
        f"session {call[0]}'s {_operation(end)} {_end(end, telling[call])}" for call, end in sorted(ends.items())
    )
    return f"{here[:1].upper()}{here[1:]}; {', '.join(_there(apart, telling))}."


def _telling(apart: Sequence[Apart]) -> Mapping[Place, Collection[Hashable]]:
    """For each call, the keys of the documents that it returned in which these differ."""
    results: defaultdict[Place, list[Any]] = defaultdict(list)
    for each in (call for order in apart for call in order.difference.calls):
        returned = [end.result for end in (each.one, each.other) if end is not None and end.failure is None]
        results[each.session, each.place] += returned
    return {call: telling_keys(values) for call, values in results.items()}


def _there(apart: Sequence[Apart], telling: Mapping[Place, Collection[Hashable]]) -> Iterator[str]:
    """What each serial order gives; the same words once."""
    texts = [(each.name, _other_ends(each.difference, telling)) for each in apart]
    if len({text for _, text in texts}) == 1 and len(texts) > 1:
        yield f"after any serial order {texts[0][1]}"
        return
    for name, text in texts[:_MOST]:
        yield f"after {name} {text}"
    if len(texts) > _MOST:
        yield f"and {len(texts) - _MOST} other orders give none of it either"


def _other_ends(difference: Difference, telling: Mapping[Place, Collection[Hashable]]) -> str:
    ends = [
        f"session {each.session}'s {_end(each.other, telling[each.session, each.place])}" for each in difference.calls
    ]
    return " and ".join(ends) or "other rows are left"


def _operation(end: CallEnd | None) -> str:
    return "call" if end is None else end.operation


def _end(end: CallEnd | None, telling: Collection[Hashable]) -> str:
    if end is None:
        return "did not end"
    if end.failure is not None:
        return f"ended in {end.failure.name}"
    return f"returned {of_result(end.result, telling)}"


def _row(row: RowDifference, values: Mapping[str, Any] | None) -> str:
    told = [f"{column} {of_column(value)}" for column, value in (values or {}).items() if value not in row.key]
    return f"{_name(row)} ({', '.join(told[:_COLUMNS])})" if told else _name(row)
