"""Two graphs side by side, and colours for their nodes: nodes of different colours cannot stand for each other.

Colour refinement, after Weisfeiler and Leman: a node's next colour is its own with the colours around it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, count

from fuzz.outcomes.graph import Graph

PATIENCE = 50
"""How many looks at each edge a question is worth before it is given up; all but contrived ones take less than ten."""

LEAST_WORK = 200_000
"""How many looks a question is worth at least: well under a second."""

Colours = dict[int, int]
"""Node -> colour."""


class Undecided(Exception):
    """The work was not enough to tell whether two graphs are isomorphic."""


class Pair:
    """Two graphs side by side: nodes are those of the first, then those of the second.

    Args:
        one: a graph.
        other: another; nodes of the two with equal labels have the same colour to begin with.

    Attributes:
        colours: all nodes', by their labels.
    """

    def __init__(self, one: Graph, other: Graph) -> None:
        self._border = len(one.labels)
        labels = {label: colour for colour, label in enumerate(dict.fromkeys(chain(one.labels, other.labels)))}
        self.colours: Colours = {node: labels[label] for node, label in enumerate(chain(one.labels, other.labels))}
        self._around: list[list[tuple[int, int]]] = [[] for _ in self.colours]
        ways: dict[object, int] = {}
        for graph, shift in ((one, 0), (other, self._border)):
            for node, edges in enumerate(graph.edges, start=shift):
                for way, target in edges:
                    number = ways.setdefault(way, len(ways) + 1)
                    self._around[node].append((number, target + shift))
                    self._around[target + shift].append((-number, node))
        self._work = LEAST_WORK + PATIENCE * sum(map(len, self._around))

    def is_first(self, node: int) -> bool:
        """Whether a node is of the first graph."""
        return node < self._border

    def neighbours(self, node: int) -> Iterable[int]:
        """The nodes that edges lead to or from."""
        return (neighbour for _, neighbour in self._around[node])

    def refine(self, colours: Colours) -> list[int]:
        """Refine colours in place until no two nodes of one colour have different surroundings.

        Args:
            colours: of the nodes that are looked at, which have no neighbours that matter but each other.

        Returns:
            The nodes whose colours, or whose surroundings, one graph has more often than the other; empty when there
            are none, which is necessary for the graphs to be isomorphic.
        """
        fresh = count(max(colours.values(), default=0) + 1)
        while True:
            classes = by_colour(colours)
            if uneven := self._uneven(classes.values()):
                return uneven
            unsettled = [nodes for nodes in classes.values() if len(nodes) > 2]  # noqa: PLR2004 - one of each graph
            parts = [list(self._by_surroundings(nodes, colours)) for nodes in unsettled]
            if all(len(split) == 1 for split in parts):
                break
            for nodes in chain.from_iterable(parts):
                colours.update(dict.fromkeys(nodes, next(fresh)))
        return self._uneven(part for nodes in classes.values() for part in self._by_surroundings(nodes, colours))

    def _by_surroundings(self, nodes: Iterable[int], colours: Colours) -> Iterable[list[int]]:
        """Nodes of one colour, taken together where their surroundings are alike."""
        parts: defaultdict[tuple[tuple[int, int], ...], list[int]] = defaultdict(list)
        for node in nodes:
            around = sorted((way, colours[other]) for way, other in self._around[node] if other in colours)
            parts[tuple(around)].append(node)
            self._work -= 1 + len(around)
        if self._work < 0:
            raise Undecided
        return parts.values()

    def _uneven(self, classes: Iterable[list[int]]) -> list[int]:
        return [node for nodes in classes if 2 * sum(map(self.is_first, nodes)) != len(nodes) for node in nodes]


def by_colour(colours: Colours) -> dict[int, list[int]]:
    """Colour -> its nodes."""
    classes: defaultdict[int, list[int]] = defaultdict(list)
    for node, colour in colours.items():
        classes[colour].append(node)
    return classes
