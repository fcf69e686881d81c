"""The rows that a step may have to do with, told by the values that their columns may have.

What is known of them is a condition's equalities, the values of rows that were written, or keys that a result tells;
two steps do not meet in a table where a column is known to both, and known to be different.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import product
from typing import Any

from fuzz.statements import Condition
from fuzz.statements.alike import Class, class_of, differ
from fuzz.statements.conditions import All, Column, Compared, Decided, Either, IsNull, Quantified
from fuzz.statements.logic import FALSE

Box = Mapping[str, frozenset[Class]]
"""Rows by column -> the classes that its value is in; a column that is not there may have any value."""

Boxes = tuple[Box, ...]
"""Rows that are in one of some boxes: none are in no box."""

Reach = Mapping[str, Boxes]
"""Rows by table."""

NOTHING: Reach = {}
ANYTHING: Boxes = ({},)

NULL: Class = ("null", None)

_MOST = 64
"""Boxes that are held apart; of more than that any row is said to be."""


def meet(one: Reach, other: Reach) -> bool:
    """Whether two steps may have to do with the same row."""
    if not one or not other:  # most often: a trace asks millions of times
        return False
    return any(table in other and _overlap(boxes, other[table]) for table, boxes in one.items())


def union(reaches: Iterable[Reach]) -> Reach:
    """All rows of some reaches."""
    first, *others = [reach for reach in reaches if reach] or [NOTHING]
    if not others:
        return first
    found = dict(first)
    for reach in others:
        for table, boxes in reach.items():
            known = found.get(table, boxes)
            found[table] = boxes if known == boxes else few((*known, *boxes))
    return found


def anywhere(tables: Iterable[str]) -> Reach:
    """All rows of some tables."""
    return dict.fromkeys(tables, ANYTHING)


def renamed(reach: Reach, name: Callable[[Class], Class]) -> Reach:
    """The same rows with other values."""
    return {
        table: tuple({column: frozenset(map(name, box[column])) for column in box} for box in boxes)
        for table, boxes in reach.items()
    }


def boxes_of(condition: Condition | None, parameters: Any) -> Boxes:
    """The rows that may meet a condition, by the equalities in it.

    Args:
        condition: of a statement; None: nothing is known of it.
        parameters: the statement's.
    """
    match condition:
        case Decided(outcomes) if outcomes == FALSE:
            return ()
        case All(parts):
            found = ANYTHING
            for part in parts:
                found = narrowed(found, boxes_of(part, parameters))
            return found
        case Either(parts):
            return few(tuple(box for part in parts for box in boxes_of(part, parameters)))
        case Compared(column, "=", constant):
            return equal(column.name, [constant.value(parameters)])
        case Quantified(column, "=", array, every=False):
            elements = array.elements(parameters)
            return ANYTHING if elements is None else equal(column.name, elements)
        case IsNull(Column(name)):
            return ({name: frozenset({NULL})},)
        case _:
            return ANYTHING


def equal(column: str, values: Iterable[Any]) -> Boxes:
    """The rows that have one of some values in a column; NULL equals nothing."""
    classes = [class_of(value) for value in values if value is not None]
    known = frozenset(each for each in classes if each is not None)
    return ANYTHING if len(known) < len(set(classes)) else ({column: known},) if known else ()


def box_of(row: Mapping[str, Any], incomparable: Collection[str]) -> Box:
    """A row that was written.

    Args:
        row: its values as the audit has them.
        incomparable: columns whose values do not tell what they are equal to.
    """
    classes = {name: NULL if row[name] is None else class_of(row[name]) for name in row if name not in incomparable}
    return {name: frozenset({each}) for name, each in classes.items() if each is not None}


def narrowed(ones: Boxes, others: Boxes) -> Boxes:
    """The rows that are both in one of some boxes and in one of others; perhaps more."""
    return few(
        tuple(
            {**other, **one, **{name: _common(one[name], other[name]) for name in one.keys() & other.keys()}}
            for one, other in product(ones, others)
        )
    )


def few(boxes: Boxes) -> Boxes:
    """The rows of some boxes, in few boxes; perhaps more."""
    kept = tuple(box for place, box in enumerate(boxes) if all(box.values()) and box not in boxes[:place])
    return kept if len(kept) <= _MOST and all(kept) else ANYTHING


def is_within(row: Box, box: Box) -> bool:
    """Whether a row may be among those of a box."""
    return _overlap((row,), (box,))


def _common(ones: frozenset[Class], others: frozenset[Class]) -> frozenset[Class]:
    """The classes among some whose values may be in one of others."""
    return ones & others or frozenset(one for one in ones if not all(differ(one, other) for other in others))


def _overlap(ones: Boxes, others: Boxes) -> bool:
    for one in ones:  # plain loops: a campaign asks this a million times
        for other in others:
            if _may_share_a_row(one, other):
                return True
    return False


def _may_share_a_row(one: Box, other: Box) -> bool:
    for name, classes in one.items():
        beside = other.get(name)
        if beside is not None and classes.isdisjoint(beside) and _all_differ(classes, beside):
            return False
    return True


def _all_differ(ones: frozenset[Class], others: frozenset[Class]) -> bool:
    for one in ones:
        for other in others:
            if not differ(one, other):
                return False
    return True
