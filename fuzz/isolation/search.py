"""The shortest cycle of a pattern through a dependency: breadth first over transactions and the pattern's states."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from fuzz.isolation.dependency import Dependency
from fuzz.isolation.graph import Graph
from fuzz.isolation.patterns import Pattern

Cycle = tuple[Dependency, ...]
"""Dependencies, each from where the one before leads to; the last leads back to the first."""

Place = int
"""A transaction and the pattern's state in which a search has come to it, in one number: a search keeps so many of
them that Python's garbage collector would be busy with pairs."""


@dataclass(slots=True)
class Search:
    """Looks for cycles of one pattern in one graph.

    Attributes:
        graph: where to look.
        pattern: which dependencies may follow each other.
        onward: where each place leads, once a search has come to it.
    """

    graph: Graph
    pattern: Pattern
    onward: dict[Place, tuple[Place, ...]] = field(default_factory=dict)

    def shortest_cycle(self, first: Dependency, reach: int) -> Cycle | None:
        """The shortest way from a dependency back to where it starts.

        Args:
            first: the dependency that the cycle starts with.
            reach: the most places to look at.

        Returns:
            A cycle that comes to no transaction twice. None where there is none within reach, and where the shortest
            comes to a transaction twice: there it falls apart into shorter cycles, which are anomalies of their own.
        """
        states, height = len(self.pattern.moves), self.graph.height
        ceiling = height[first.source] if self.pattern.climbs else math.inf
        if height[first.target] > ceiling:
            return None
        start, goal = first.target * states, first.source * states + self.pattern.last
        ends = (first.source, first.target)
        came = {start: start}
        waiting = deque(came)
        while waiting and len(came) <= reach:
            here = waiting.popleft()
            for there in self.onward.get(here) or self._look(here):
                if there == goal:
                    return _simple((first, *self._way(came, here, goal)))
                transaction = there // states
                if there not in came and transaction not in ends and height[transaction] <= ceiling:
                    came[there] = here
                    waiting.append(there)
        return None

    def _look(self, here: Place) -> tuple[Place, ...]:
        self.onward[here] = tuple(self._moves(here))
        return self.onward[here]

    def _moves(self, here: Place) -> dict[Place, Dependency]:
        """Where a place leads, and by what: of several dependencies the most telling."""
        transaction, state = divmod(here, len(self.pattern.moves))
        moves: dict[Place, Dependency] = {}
        for relation, following in self.pattern.moves[state].items():
            for dependency in self.graph.out[relation].get(transaction, {}).values():
                moves.setdefault(dependency.target * len(self.pattern.moves) + following, dependency)
        return moves

    def _way(self, came: Mapping[Place, Place], last: Place, goal: Place) -> Iterator[Dependency]:
        """The dependencies that led a search from its start to a place, and on to its goal."""
        places = deque([last, goal])
        while came[places[0]] != places[0]:
            places.appendleft(came[places[0]])
        return (self._moves(here)[there] for here, there in pairwise(places))


def _simple(cycle: Cycle) -> Cycle | None:
    return cycle if len({dependency.source for dependency in cycle}) == len(cycle) else None
