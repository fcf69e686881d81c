"""An outcome as a graph: its facts without their ids, and edges from each fact to the ids that stood in it.

Two outcomes are equal up to a renaming of ids, one to one, if and only if their graphs are isomorphic.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fuzz.history import Place
from fuzz.outcomes.ids import Id, Ids
from fuzz.outcomes.values import Row, Special, Value


class CallFact(NamedTuple):
    """That a call ended as it did."""

    session: str
    place: int


class RowFact(NamedTuple):
    """That a table has so many copies of a row more than the seed, or fewer where negative."""

    table: str
    row: Row
    copies: int


Fact = CallFact | RowFact
"""What is told of when outcomes differ."""


@dataclass(slots=True)
class Graph:
    """Nodes are numbers from 0.

    Attributes:
        labels: of each node what it is, without ids.
        edges: of each node, pairs of the way through its content and what stands there: the node of an id, or of a
            part of the content that has ids in it and no place of its own.
        facts: of each node, the fact that it is or is a part of; None for ids.
    """

    labels: list[Hashable] = field(default_factory=list)
    edges: list[list[tuple[Hashable, int]]] = field(default_factory=list)
    facts: list[Fact | None] = field(default_factory=list)


def graph_of(calls: Mapping[Place, Value], rows: Mapping[tuple[str, Row], int], ids: Ids) -> Graph:
    """The graph of an outcome.

    Args:
        calls: how each call ended.
        rows: (table, row) -> how many more there are than in the seed.
        ids: recognises ids.
    """
    drawing = _Drawing(ids)
    for (session, place), value in calls.items():
        drawing.draw(CallFact(session, place), (session, place), value)
    for (table, row), count in rows.items():
        drawing.draw(RowFact(table, row, count), (table, count), row)
    return drawing.graph


class _Drawing:
    """A graph while it is being drawn."""

    def __init__(self, ids: Ids) -> None:
        self.graph = Graph()
        self._ids = ids
        self._nodes: dict[Id, int] = {}

    def draw(self, fact: Fact, what: Hashable, value: Value) -> int:
        """A node for a fact or a part of it, with edges to the ids in its content."""
        node = self._node(what, fact)
        self.graph.labels[node] = (what, self._blank(value, (), node))
        return node

    def _node(self, label: Hashable, fact: Fact | None) -> int:
        self.graph.labels.append(label)
        self.graph.edges.append([])
        self.graph.facts.append(fact)
        return len(self.graph.labels) - 1

    def _id(self, id_: Id) -> int:
        if id_ not in self._nodes:
            self._nodes[id_] = self._node(("id", id_.kind), None)
        return self._nodes[id_]

    def _blank(self, value: Value, path: tuple[Hashable, ...], node: int) -> Hashable:
        """A value without ids, drawing an edge to each."""
        if isinstance(value, frozenset):
            return frozenset(self._entries(value, path, node))
        if isinstance(value, tuple):
            if value and value[0] is Special.SET:
                return (Special.SET, frozenset(self._members(value[1], path, node)))
            return tuple(self._blank(item, (*path, place), node) for place, item in enumerate(value))
        blanked = self._ids.blank(value)
        if blanked is None:
            return value
        for place, id_ in enumerate(blanked.ids):
            self.graph.edges[node].append(((*path, place), self._id(id_)))
        return blanked.hole

    def _entries(self, entries: frozenset[Any], path: tuple[Hashable, ...], node: int) -> Iterator[Hashable]:
        """A mapping's entries; one with ids in its key cannot be named by that, and is a part by itself."""
        for key, item in entries:
            if self._has_ids(key):
                self._set_apart("entry", (key, item), path, node)
            else:
                yield key, self._blank(item, (*path, key), node)

    def _members(self, members: frozenset[Any], path: tuple[Hashable, ...], node: int) -> Iterator[Hashable]:
        """A set's members; one with ids in it is a part by itself."""
        for member, count in members:
            if self._has_ids(member):
                self._set_apart(count, member, path, node)
            else:
                yield member, count

    def _set_apart(self, what: Hashable, value: Value, path: tuple[Hashable, ...], node: int) -> None:
        fact = self.graph.facts[node]
        assert fact is not None, "only facts and their parts have content"
        self.graph.edges[node].append((path, self.draw(fact, what, value)))

    def _has_ids(self, value: Value) -> bool:
        if isinstance(value, (tuple, frozenset)):
            return any(map(self._has_ids, value))
        return self._ids.blank(value) is not None
