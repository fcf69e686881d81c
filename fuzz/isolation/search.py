"""The shortest cycle of a pattern through a dependency: breadth first over transactions and the pattern's states."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from fuzz.isolation.dependency import Dependency
from fuzz.isolation.graph import Graph
from fuzz.isolation.patterns import Pattern

Cycle = tuple[Dependency, ...]
"""Dependencies, each from where the one before leads to; the last leads back to the first."""

State = tuple[int, int]
"""A transaction, and the pattern's state in which the search has come to it."""


def shortest_cycle(graph: Graph, pattern: Pattern, first: Dependency, reach: int) -> Cycle | None:
    """The shortest way from a dependency back to where it starts.

    Args:
        graph: where to look.
        pattern: which dependencies may follow each other.
        first: the dependency that the cycle starts with.
        reach: the most states to look at.

    Returns:
        A cycle that comes to no transaction twice. None where there is none within reach, and where the shortest comes
        to a transaction twice: then it falls apart there into shorter cycles, which are anomalies of their own.
    """
    goal = first.source
    ceiling = graph.height[goal] if pattern.climbs else math.inf
    if graph.height[first.target] > ceiling:
        return None
    came: dict[State, tuple[State, Dependency] | None] = {(first.target, 0): None}
    waiting: deque[State] = deque(came)
    while waiting and len(came) <= reach:
        here = waiting.popleft()
        for dependency, state in _onward(graph, pattern, here):
            there = (dependency.target, state)
            if dependency.target == goal:
                if state == pattern.last:
                    return _simple((first, *_way(came, here), dependency))
            elif dependency.target == first.target or there in came:
                continue
            elif graph.height[dependency.target] <= ceiling:
                came[there] = (here, dependency)
                waiting.append(there)
    return None


def _onward(graph: Graph, pattern: Pattern, here: State) -> Iterator[tuple[Dependency, int]]:
    transaction, state = here
    for relation, following in pattern.moves[state].items():
        for dependency in graph.out[relation].get(transaction, {}).values():
            yield dependency, following


def _way(came: dict[State, tuple[State, Dependency] | None], state: State) -> list[Dependency]:
    """The dependencies that led the search to a state."""
    way: list[Dependency] = []
    while (step := came[state]) is not None:
        state, dependency = step
        way.append(dependency)
    return way[::-1]


def _simple(cycle: Cycle) -> Cycle | None:
    return cycle if len({dependency.source for dependency in cycle}) == len(cycle) else None
