"""What was left in the end, beside what each serial order leaves, in a sentence or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fuzz.history import History
from fuzz.outcomes import CallDifference, CallEnd, Difference, RowDifference

_MOST = 3
"""Serial orders that are told of."""


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
    """What was left, and what the serial orders leave; by the one that it differs least from.

    Args:
        apart: all serial orders, at least one.
    """
    nearest = min((each.difference for each in apart), key=lambda each: len(each.rows) + len(each.calls))
    if nearest.rows:
        row = min(nearest.rows, key=lambda each: not each.columns)
        return _of_row(row, apart)
    if nearest.calls:
        return _of_call(nearest.calls[0], apart)
    return "Ids of the outcome stand for other rows than they do after any serial order."


def _of_row(row: RowDifference, apart: Sequence[Apart]) -> str:
    name = f"{row.table} {', '.join(map(str, row.key))}".strip()
    if row.columns:
        column = row.columns[0]
        here = _value(row, column)
        return f"In the end {name} has {column} {here}; {_each(apart, lambda each: _column(each, row, column))}."
    if row.other is None:
        return f"In the end there is {_row(name, row.one)}, which no serial order leaves."
    return f"In the end {_row(name, row.other)} is missing, which a serial order leaves."


def _column(difference: Difference, row: RowDifference, column: str) -> str:
    for other in difference.rows:
        if (other.table, other.key) == (row.table, row.key):
            return "no such row" if other.other is None else _shown(other.other.get(column))
    return _value(row, column)


def _value(row: RowDifference, column: str) -> str:
    return _shown(None if row.one is None else row.one.get(column))


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


def _each(apart: Sequence[Apart], tell: Any) -> str:
    """What each serial order gives; the same words once."""
    return ", ".join(_told(apart, tell))


def _told(apart: Sequence[Apart], tell: Any) -> Iterator[str]:
    texts = [(each.name, tell(each.difference)) for each in apart]
    if len({text for _, text in texts}) == 1 and len(texts) > 1:
        yield f"after any serial order {texts[0][1]}"
        return
    for name, text in texts[:_MOST]:
        yield f"after {name} {text}"
    if len(texts) > _MOST:
        yield f"and {len(texts) - _MOST} other orders give none of it either"


def _row(name: str, row: Any) -> str:
    told = ", ".join(f"{column} {_shown(value)}" for column, value in list((row or {}).items())[:4])
    return f"{name} ({told})" if told else name


def _shown(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - as much as a line can spare
