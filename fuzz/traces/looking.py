"""Which rows a statement looks at: by its conditions, and by what its result tells of the rows that these lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuzz.history import ROWS_KEPT, Step, Table
from fuzz.remembering import of_the_last
from fuzz.statements import Statement
from fuzz.statements.alike import Class
from fuzz.statements.links import Link, Links
from fuzz.traces.reach import ANYTHING, Boxes, Reach, boxes_of, equal, narrowed, union

_MOST = 1_000
"""Statements that are remembered, with what they were sent with, and what came back."""


_Sent = tuple[str, str, tuple[tuple[str | None, ...], ...], bool]
"""A statement's text, its parameters, its rows, and whether it failed."""


@of_the_last
def _known(_tables: Mapping[str, Table]) -> dict[_Sent, Reach]:
    """What statements looked at: in the interleavings of the same calls most are sent again, to the same answer."""
    return {}


def looked_at(step: Step, statement: Statement, tables: Mapping[str, Table]) -> Reach:
    """The rows that may make a difference to a statement.

    Args:
        step: that sent it.
        statement: what it does.
        tables: of the target, by name.
    """
    known = _known(tables)
    sent = (step.sql, repr(step.parameters), step.rows, step.failure is None)  # in its repr, 1 is not True, nor 1.0
    if sent not in known:
        if len(known) >= _MOST:
            known.clear()
        known[sent] = _looked_at(step, statement, tables)
    return known[sent]


def _looked_at(step: Step, statement: Statement, tables: Mapping[str, Table]) -> Reach:
    links = statement.links
    if not links.tables:
        asked = {name: boxes_of(statement.conditions[name], step.parameters) for name in statement.reads}
        return {name: _comparable(boxes, tables[name]) for name, boxes in asked.items()}
    found = _linked(step, links, tables)
    return union({links.tables[relation]: boxes} for relation, boxes in found.items())


def _linked(step: Step, links: Links, tables: Mapping[str, Table]) -> Mapping[str, Boxes]:
    """The rows of each relation of a query."""
    of = {relation: tables[table] for relation, table in links.tables.items()}
    asked = {
        relation: _comparable(boxes_of(condition, step.parameters), of[relation])
        for relation, condition in links.conditions.items()
    }
    found = dict(asked)
    inner = links.inner if _tells_all(step, links, of) else None
    for link in links.links:
        if link.column in of[link.relation].incomparable or link.other_column in of[link.other].incomparable:
            continue
        linked = _by_constants(link, asked[link.other])
        if linked == ANYTHING and inner is not None and link.mirrored not in inner:
            linked = _by_result(link, step, inner, links.places)
        found[link.relation] = narrowed(found[link.relation], linked)
    return found


def _comparable(boxes: Boxes, table: Table) -> Boxes:
    """Boxes without the columns whose values do not tell what they are equal to."""
    if table.incomparable.isdisjoint(column for box in boxes for column in box):
        return boxes
    return tuple({column: box[column] for column in box if column not in table.incomparable} for box in boxes)


def _by_constants(link: Link, other: Boxes) -> Boxes:
    """What a link leaves of a relation, where the other one's condition says what the column there is equal to."""
    if not all(link.other_column in box for box in other):
        return ANYTHING
    values: frozenset[Class] = frozenset().union(*(box[link.other_column] for box in other))
    return ({link.column: values},) if values else ()


def _by_result(link: Link, step: Step, inner: Sequence[Link], places: Mapping[tuple[str, str], int]) -> Boxes:
    """What a link leaves of a relation, where a result tells all values of the other one's column, or of its own."""
    place = places.get((link.other, link.other_column))
    if place is None and link in inner:
        place = places.get((link.relation, link.column))
    return ANYTHING if place is None else equal(link.column, {row[place] for row in step.rows})


def _tells_all(step: Step, links: Links, of: Mapping[str, Table]) -> bool:
    """Whether a result tells all rows that its conditions choose: inner joins lose none that have to have a partner."""
    complete = step.failure is None and len(step.rows) < ROWS_KEPT and len(links.places) == len(step.columns)
    return complete and links.inner is not None and all(_has_partner(link, of) for link in links.inner)


def _has_partner(link: Link, of: Mapping[str, Table]) -> bool:
    """Whether the row on the other side of a link has one here, by a foreign key that is checked at once."""
    other, here = of[link.other], of[link.relation]
    return not other.defers and any(
        (each.columns, each.table, each.keys) == ((link.other_column,), here.name, (link.column,))
        for each in other.references
    )
