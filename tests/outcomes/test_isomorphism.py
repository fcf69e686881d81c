"""Graphs are isomorphic exactly when networkx says so, and large symmetric ones are no trouble."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.outcomes import colours
from fuzz.outcomes.graph import Graph
from fuzz.outcomes.isomorphism import isomorphic
from tests.outcomes.outcomes_by_hand import Ref, differ, ending

Edges = set[tuple[int, int]]


def graph(labels: Sequence[str], edges: Iterable[tuple[int, int]]) -> Graph:
    drawn = Graph(list(labels), [[] for _ in labels], [None for _ in labels])
    for one, other in edges:
        drawn.edges[one].append(("way", other))
    return drawn


def networkx_says(one: Graph, other: Graph) -> bool:
    both: list[Any] = []
    for drawn in (one, other):
        both.append(nx.DiGraph((node, to) for node, edges in enumerate(drawn.edges) for _, to in edges))
        both[-1].add_nodes_from((node, {"label": label}) for node, label in enumerate(drawn.labels))
    return bool(nx.is_isomorphic(both[0], both[1], node_match=lambda a, b: a == b))


@st.composite
def regular_graphs(draw: st.DrawFn) -> tuple[Graph, Graph]:
    """Two graphs that colours hardly tell apart: unions of cycles with a few edges moved."""
    size = draw(st.integers(3, 8))
    made = []
    for _ in range(2):
        nodes = draw(st.permutations(range(size)))
        cut = draw(st.integers(0, size))
        cycles: Edges = set()
        for part in (nodes[:cut], nodes[cut:]):
            cycles |= {(part[at - 1], part[at]) for at in range(len(part)) if len(part) > 1}
        more = draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=2))
        made.append(graph(["x"] * size, sorted(cycles | {(a, b) for a, b in more if a != b})))
    return made[0], made[1]


@given(regular_graphs())
@settings(max_examples=300)
def test_networkx_agrees_on_what_is_isomorphic(pair: tuple[Graph, Graph]) -> None:
    assert isomorphic(*pair) == networkx_says(*pair)


def undirected(edges: Iterable[tuple[int, int]]) -> Graph:
    both = sorted({way for a, b in edges for way in ((a, b), (b, a))})
    return graph(["x"] * (1 + max(map(max, both))), both)


def grid(steps: Sequence[tuple[int, int]]) -> Graph:
    """A four by four torus whose nodes are joined by steps."""
    return undirected(
        (4 * row + column, 4 * ((row + down) % 4) + (column + right) % 4)
        for row in range(4)
        for column in range(4)
        for down, right in steps
    )


ALIKE = {
    "K3,3 and a prism": (
        undirected((a, b) for a in (0, 1, 2) for b in (3, 4, 5)),
        undirected([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)]),
    ),
    "the rook's graph and Shrikhande's": (
        grid([(0, 1), (0, 2), (1, 0), (2, 0)]),
        grid([(0, 1), (1, 0), (1, 1)]),
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_graphs_that_colours_cannot_tell_apart_are_tried(name: str) -> None:
    one, other = ALIKE[name]
    assert not networkx_says(one, other)
    assert not isomorphic(one, other)
    assert isomorphic(one, one)
    assert isomorphic(other, other)


@given(st.integers(1, 7), st.data())
def test_a_graph_is_isomorphic_to_itself_in_another_order(size: int, data: st.DataObject) -> None:
    node = st.integers(0, size - 1)
    edges: Edges = data.draw(st.sets(st.tuples(node, node), max_size=12))
    labels = data.draw(st.lists(st.sampled_from("ab"), min_size=size, max_size=size))
    order = data.draw(st.permutations(range(size)))
    moved = [labels[order.index(at)] for at in range(size)]
    assert isomorphic(graph(labels, sorted(edges)), graph(moved, sorted((order[a], order[b]) for a, b in edges)))


def many(order: Sequence[int], owner: int | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Rows that nothing tells apart but their ids; their network's, too, if there is an owner."""
    network = 1 if owner is None else Ref(1, owner)
    return [("ports", {"id": Ref(0, n), "name": "x", "network": network, "extra": None}) for n in order]


def shuffled(size: int) -> list[int]:
    return Random(size).sample(range(size), size)


@pytest.mark.parametrize("owner", [None, 0])
def test_two_hundred_interchangeable_rows_are_the_same_in_any_order(owner: int | None) -> None:
    size = 200
    one = ending(many(range(size), owner), order=range(size))
    other = ending(many(range(size), owner), order=[at + 20 for at in shuffled(size)])
    assert not differ(one, other)
    assert differ(one, ending(many(range(size - 1), owner), order=range(size)))


def ring(size: int, step: int) -> list[tuple[str, dict[str, Any]]]:
    """Rows each of which points to another, in as many rings as `step` divides `size` into."""
    return [
        ("ports", {"id": Ref(0, n), "name": "x", "network": Ref(0, (n + step) % size), "extra": None})
        for n in range(size)
    ]


def test_a_large_ring_is_the_same_as_itself_and_another_than_two_half_as_large() -> None:
    size = 60
    assert not differ(ending(ring(size, 1), order=range(size)), ending(ring(size, 7), order=shuffled(size)))
    assert differ(ending(ring(size, 1), order=range(size)), ending(ring(size, 2), order=range(size)))


def test_all_pairs_of_many_ids_are_the_same_however_the_ids_are_given_out() -> None:
    ids = range(14)
    rows = [("log", {"line": f"{Ref(0, a)} {Ref(1, b)}"}) for a in ids for b in ids]
    assert not differ(ending(rows, order=ids), ending(rows, order=shuffled(14)))
    assert differ(ending(rows, order=ids), ending([*rows[:-1], rows[0]], order=ids))


def test_a_question_that_is_too_hard_is_given_up_and_nothing_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ending(ring(12, 1), order=range(12)), ending(ring(12, 2), order=range(12))
    assert differ(one, other)
    monkeypatch.setattr(colours, "LEAST_WORK", 10)
    monkeypatch.setattr(colours, "PATIENCE", 0)
    assert not differ(one, other)
