"""How two outcomes differ, for people: calls that end otherwise, rows that are not the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from fuzz.history import Table
from fuzz.outcomes.blanking import BlankRow, blank_row
from fuzz.outcomes.colours import Pair, Undecided
from fuzz.outcomes.ending import CallEnd
from fuzz.outcomes.graph import CallFact, Fact, RowFact
from fuzz.outcomes.pairing import pair_up
from fuzz.outcomes.pruned import Pruned
from fuzz.outcomes.values import Row, plain_of

Facts = Sequence[Fact | None]
"""The facts of some nodes; ids have none."""

Rows = Counter[tuple[str, Row]]
"""(table, row) -> how often."""


@dataclass(frozen=True, slots=True)
class CallDifference:
    """A call that ended in two ways; None where it did not end.

    Attributes:
        session: who made it.
        place: its place in the session's program.
        one: how it ended in the one outcome.
        other: how it ended in the other.
    """

    session: str
    place: int
    one: CallEnd | None
    other: CallEnd | None


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that is not the same in two outcomes; None where there is none.

    Attributes:
        table: its table.
        key: values of its primary key, as in the one outcome if it is there; empty for a table without one.
        one: the row in the one outcome, without what is left out of comparisons.
        other: the row in the other.
        columns: those in which it differs, where both have it; empty where only ids tell the two apart.
        key_columns: of which columns the key is.
    """

    table: str
    key: tuple[Any, ...]
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None
    columns: tuple[str, ...]
    key_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How two outcomes differ.

    Attributes:
        calls: by session and place.
        rows: by table.
    """

    calls: tuple[CallDifference, ...]
    rows: tuple[RowDifference, ...]


def difference_between(one: Pruned, other: Pruned) -> Difference:
    """How two outcomes differ that are not the same.

    It is told by the facts that no renaming makes alike, but for those that are literally the same in both: there, the
    ids stand for other things, and it is these that should be told of.
    """
    found = _told(one, other, *_facts_that_differ(one, other)) or _told(one, other, one.graph.facts, other.graph.facts)
    assert found is not None, "outcomes that are literally the same are the same"
    return found


def _told(one: Pruned, other: Pruned, mine: Facts, theirs: Facts) -> Difference | None:
    """How some facts differ; None where they are literally the same."""
    places = sorted({(fact.session, fact.place) for fact in (*mine, *theirs) if isinstance(fact, CallFact)})
    calls = tuple(
        CallDifference(*place, one.ending.calls.get(place), other.ending.calls.get(place))
        for place in places
        if one.calls.get(place) != other.calls.get(place)
    )
    rows = tuple(_row_differences(one, other, *_rows_apart(mine, theirs)))
    return Difference(calls, rows) if calls or rows else None


def _facts_that_differ(one: Pruned, other: Pruned) -> tuple[Facts, Facts]:
    """The facts of each outcome that tell the two apart; where only links do, the facts that have those ids."""
    pair = Pair(one.graph, other.graph)
    facts = [*one.graph.facts, *other.graph.facts]
    nodes = _nodes_that_differ(pair)
    if all(facts[node] is None for node in nodes):
        nodes = [neighbour for node in nodes for neighbour in pair.neighbours(node)]
    return [facts[n] for n in nodes if pair.is_first(n)], [facts[n] for n in nodes if not pair.is_first(n)]


def _nodes_that_differ(pair: Pair) -> list[int]:
    """The first nodes by which colours tell two graphs apart; all, where they do not."""
    with suppress(Undecided):
        if nodes := pair.refine(pair.colours):
            return nodes
    return list(pair.colours)


def _rows_apart(mine: Facts, theirs: Facts) -> tuple[Rows, Rows]:
    """The rows that are there in one outcome only, and in the other; a row less in the one is a row in the other."""
    ones: Rows = Counter()
    others: Rows = Counter()
    for facts, here, there in ((mine, ones, others), (theirs, others, ones)):
        for fact in dict.fromkeys(facts):  # a fact has as many nodes as it has parts
            if isinstance(fact, RowFact):
                (here if fact.copies > 0 else there)[fact.table, fact.row] += abs(fact.copies)
    return ones - others, others - ones


def _row_differences(one: Pruned, other: Pruned, ones: Rows, others: Rows) -> Iterator[RowDifference]:
    for name in sorted({table for table, _ in (*ones, *others)}):
        table = one.ending.tables[name]
        mine = [blank_row(row, table.key, one.ids) for at, row in ones.elements() if at == name]
        theirs = [blank_row(row, table.key, other.ids) for at, row in others.elements() if at == name]
        for left, right in pair_up(mine, theirs, attrgetter("key"), BlankRow.likeness):
            yield _row_difference(table, left, right)


def _row_difference(table: Table, one: BlankRow | None, other: BlankRow | None) -> RowDifference:
    shown = one or other
    assert shown is not None, "a pair has one half at least"
    differing = one.differing(other) if one is not None and other is not None else frozenset()
    key = tuple(column for column in table.key if column in shown.values)
    return RowDifference(
        table.name,
        tuple(plain_of(shown.values[column]) for column in key),
        None if one is None else _plain_row(table, one),
        None if other is None else _plain_row(table, other),
        tuple(column for column in table.columns if column in differing),
        key,
    )


def _plain_row(table: Table, row: BlankRow) -> dict[str, Any]:
    return {column: plain_of(row.values[column]) for column in table.columns if column in row.values}
