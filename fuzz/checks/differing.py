"""What was left in the end, beside what each serial order leaves, in a sentence or two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fuzz.history import History
from fuzz.outcomes import CallDifference, CallEnd, Difference, RowDifference

_MOST = 3
"""Serial orders that are told of."""

_COLUMNS = 4
"""Columns of a row that are told of."""

_LONGEST = 60
"""Characters of a value."""


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
    if nearest.rows:
        return _of_row(nearest.rows[0])
    if nearest.calls:
        return _of_call(nearest.calls[0], apart)
    return "Ids of the outcome stand for other rows than they do after any serial order."


@dataclass(frozen=True, slots=True)
class _Cell:
    """One column of one row, as it is in the end, and as a serial order leaves it."""

    name: str
    here: str
    there: str


def _cell(difference: Difference) -> _Cell | None:
    """The first column that differs of a row that is in both outcomes."""
    for row in difference.rows:
        if row.one is not None and row.other is not None and row.columns:
            column = row.columns[0]
            return _Cell(f"{_name(row)} has {column}", _shown(row.one.get(column)), _shown(row.other.get(column)))
    return None


def _of_cells(cells: Sequence[tuple[str, _Cell]]) -> str:
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


def _name(row: RowDifference) -> str:
    return f"{row.table} {', '.join(map(str, row.key))}".strip()


def _of_call(call: CallDifference, apart: Sequence[Apart]) -> str:
    who = f"{call.one.operation} in session {call.session}" if call.one else f"session {call.session}"
    return f"{who} {_end(call.one)}; {_each(apart, lambda each: _call(each, call))}."


def _call(difference: Difference, call: CallDifference) -> str:
    for other in difference.calls:
        if (other.session, other.place) == (call.session, call.place):
            return f"it {_end(other.other)}"
    return f"it {_end(call.one)}, too, but others end otherwise"


def _end(end: CallEnd | None) -> str:
    if end is None:
        return "did not end"
    if end.failure is not None:
        return f"ended in {end.failure.name}"
    return f"returned {_shown(end.result)}"


def _each(apart: Sequence[Apart], tell: Callable[[Difference], str]) -> str:
    """What each serial order gives; the same words once."""
    return ", ".join(_told(apart, tell))


def _told(apart: Sequence[Apart], tell: Callable[[Difference], str]) -> Iterator[str]:
    texts = [(each.name, tell(each.difference)) for each in apart]
    if len({text for _, text in texts}) == 1 and len(texts) > 1:
        yield f"after any serial order {texts[0][1]}"
        return
    for name, text in texts[:_MOST]:
        yield f"after {name} {text}"
    if len(texts) > _MOST:
        yield f"and {len(texts) - _MOST} other orders give none of it either"


def _row(row: RowDifference, values: Mapping[str, Any] | None) -> str:
    told = [f"{column} {_shown(value)}" for column, value in (values or {}).items() if value not in row.key]
    return f"{_name(row)} ({', '.join(told[:_COLUMNS])})" if told else _name(row)


def _shown(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
