"""What was left in the end, beside what the serial orders leave, in a sentence or two.

If there is something that no serial order gives, that is told. Else each order gives a part of what is there, and it is
told of each what it does not give, or of the nearest one, where there are many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeVar

from fuzz.checks.parts import (
    Cell,
    Part,
    Telling,
    calls_of,
    cells_of,
    end_of,
    operation_of,
    parts_of,
    rows_of,
    whole,
)
from fuzz.checks.shown import of_column_beside, telling_keys
from fuzz.history import History, Place
from fuzz.outcomes import Difference, RowDifference

_MOST = 3
"""Serial orders that are told of, and parts of one."""

_Key = TypeVar("_Key", bound=Hashable)


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
    ways = (_by_cells, _by_rows, _by_calls, _by_ids, _by_each, _by_the_nearest)
    return next(filter(None, (told(apart) for told in ways)))


def _in_all(found: Sequence[Mapping[_Key, object]]) -> Sequence[_Key]:
    """What was found in every serial order."""
    return [key for key in found[0] if all(key in each for each in found)]


def _by_cells(apart: Sequence[Apart]) -> str:
    """A column that no serial order leaves like that; or of each of a few orders the first column that it does not."""
    cells = [cells_of(each.difference) for each in apart]
    if keys := _in_all(cells):
        return _of_cells(apart, [each[keys[0]] for each in cells])
    if len(apart) <= _MOST and all(cells):
        return _of_cells(apart, [next(iter(each.values())) for each in cells])
    return ""


def _of_cells(apart: Sequence[Apart], cells: Sequence[Cell]) -> str:
    texts = iter(of_column_beside([value for cell in cells for value in (cell.here, cell.there)]))
    cells = [replace(cell, here=next(texts), there=next(texts)) for cell in cells]
    told = [(each.name, cell) for each, cell in zip(apart, cells, strict=True)][:_MOST]
    here = " and ".join(dict.fromkeys(f"{cell.name} {cell.here}" for _, cell in told))
    if len({(cell.name, cell.there) for cell in cells}) == 1:
        return f"In the end {here}; any serial order leaves {cells[0].there}."
    if len({cell.name for cell in cells}) == 1:
        there = ", ".join(f"{order} leaves {cell.there}" for order, cell in told)
    else:
        there = "; ".join(f"after {order} {cell.name} {cell.there}" for order, cell in told)
    return f"In the end {here}; {', '.join([there, *_others(apart)])}."


def _others(apart: Sequence[Apart]) -> Iterator[str]:
    """A word on the orders that are not told of, where none gives what is."""
    others = len(apart) - _MOST
    if others > 0:
        yield (
            f"and {others} other orders give none of it either"
            if others > 1
            else "and another order gives none of it either"
        )


def _by_rows(apart: Sequence[Apart]) -> str:
    """A row that no serial order leaves, or that every one does."""
    rows = [rows_of(each.difference) for each in apart]
    return next((_of_row(rows[0][key]) for key in _in_all(rows)), "")


def _of_row(row: RowDifference) -> str:
    if not row.key:
        much = "less" if row.one is None else "more"
        return f"In the end there is one {whole(row)} {much} than after any serial order."
    if row.one is None:
        return f"In the end there is no {whole(row)}, which every serial order leaves."
    return f"In the end there is {whole(row)}, which no serial order leaves."


def _by_calls(apart: Sequence[Apart]) -> str:
    """The calls that end like that in no serial order; or of each of a few orders those that do not."""
    calls = [calls_of(each.difference) for each in apart]
    if places := _in_all(calls):
        return _of_calls(apart, places)
    if len(apart) <= _MOST and all(calls):
        return _of_calls(apart, [place for each in calls for place in each])
    return ""


def _of_calls(apart: Sequence[Apart], places: Collection[Place]) -> str:
    """How some calls ended, and how they do in the orders in which they end otherwise."""
    telling = _telling(apart)
    ends = {place: call.one for each in apart for place, call in calls_of(each.difference).items() if place in places}
    here = ", ".join(
        f"session {place[0]}'s {operation_of(end)} {end_of(end, telling[place])}" for place, end in sorted(ends.items())
    )
    return f"{here[:1].upper()}{here[1:]}; {', '.join(_there(apart, places, telling))}."


def _telling(apart: Sequence[Apart]) -> Telling:
    """For each call, the keys of the documents that it returned in which these differ."""
    results: defaultdict[Place, list[Any]] = defaultdict(list)
    for place, call in (item for order in apart for item in calls_of(order.difference).items()):
        results[place] += [end.result for end in (call.one, call.other) if end is not None and end.failure is None]
    return {place: telling_keys(values) for place, values in results.items()}


def _there(apart: Sequence[Apart], places: Collection[Place], telling: Telling) -> Iterator[str]:
    """What each serial order gives; the same words once."""
    texts = [(each.name, _other_ends(each.difference, places, telling)) for each in apart]
    if len({text for _, text in texts}) == 1 and len(texts) > 1:
        yield f"after any serial order {texts[0][1]}"
        return
    yield from (f"after {name} {text}" for name, text in texts[:_MOST])
    yield from _others(apart)


def _other_ends(difference: Difference, places: Collection[Place], telling: Telling) -> str:
    calls = [(place, call) for place, call in calls_of(difference).items() if place in places]
    return " and ".join(f"session {place[0]}'s {end_of(call.other, telling[place])}" for place, call in calls)


def _by_ids(apart: Sequence[Apart]) -> str:
    """Rows that are told apart by nothing but what their ids stand for, where these are all that differs."""
    nearest = _nearest(apart).difference
    if nearest.calls or rows_of(nearest):
        return ""
    rows = ", ".join(whole(row) for row in nearest.rows[:_MOST])
    return f"Ids of the outcome stand for other rows than they do after any serial order: {rows}."


def _nearest(apart: Sequence[Apart]) -> Apart:
    """The serial order from which the least sets the outcome apart."""
    return min(apart, key=lambda each: len(each.difference.rows) + len(each.difference.calls))


def _by_each(apart: Sequence[Apart]) -> str:
    """Of each of a few orders one thing that it does not give; if there is any, one that another does not either."""
    telling, told = _telling(apart), dict[Part, list[str]]()
    for each in apart:
        parts = list(parts_of(each.difference, telling))
        if not parts or len(apart) > _MOST:
            return ""
        known = {part.here for part in told}
        part = next((part for part in parts if part.here in known), parts[0])
        told.setdefault(part, []).append(f"after {each.name}")
    return _of_parts({" and ".join(orders): [part] for part, orders in told.items()})


def _by_the_nearest(apart: Sequence[Apart]) -> str:
    """What the nearest order does not give."""
    nearest = _nearest(apart)
    parts = list(parts_of(nearest.difference, _telling(apart)))
    return _of_parts({f"after the nearest serial order, {nearest.name},": parts[:_MOST]})


def _of_parts(told: Mapping[str, Sequence[Part]]) -> str:
    here = " and ".join(dict.fromkeys(part.here for parts in told.values() for part in parts))
    there = "; ".join(f"{order} {' and '.join(part.there for part in parts)}" for order, parts in told.items())
    return f"In the end {here}; {there}."
