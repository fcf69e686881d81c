"""Cycles of two transactions: those that people have names for, by which rows their two dependencies are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from fuzz.isolation.dependency import Dependency
from fuzz.isolation.graph import Graph, relation
from fuzz.isolation.search import Cycle


def cycles_of_two(graph: Graph) -> Iterator[Cycle]:
    """Of every two transactions that depend on each other, cycles enough to show each name that they may have."""
    for (source, target), there in graph.between.items():
        back = graph.between.get((target, source)) if source < target else None
        for one in _by_relation(there) if back else ():
            for other in _by_relation(back or ()):
                yield from _matches(one, other)


def _by_relation(dependencies: Sequence[Dependency]) -> list[list[Dependency]]:
    return [list(group) for _, group in groupby(dependencies, key=relation)]


def _matches(there: Sequence[Dependency], back: Sequence[Dependency]) -> Iterator[Cycle]:
    """Those about one row, and the first about two: in that the names differ."""
    first = {dependency.item: dependency for dependency in reversed(back)}
    yield from ((one, first[one.item]) for one in there if one.item in first)
    yield from islice(((there[0], other) for other in back if other.item != there[0].item), 1)
    yield from islice(((one, back[0]) for one in there if one.item != back[0].item), 1)
