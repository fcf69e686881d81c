"""Whether two graphs are isomorphic: by colours as far as they tell, by trying where they do not.

networkx's VF2 answers the same question, but is not bound to answer in this century: it follows one symmetric
choice into the next. Here what colours have settled is taken away first, so that interchangeable rows fall apart into
small components that are matched one by one, and what is left is tried within a bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fuzz.outcomes.colours import Colours, Pair, Undecided, by_colour
from fuzz.outcomes.graph import Graph


def isomorphic(one: Graph, other: Graph) -> bool:
    """Whether two graphs are isomorphic; True, too, where nothing speaks against it and the question is too hard."""
    if len(one.labels) != len(other.labels):
        return False
    pair = Pair(one, other)
    try:
        return _match(pair, pair.colours)
    except Undecided:
        return True


def _match(pair: Pair, colours: Colours) -> bool:
    """Whether the nodes of the one graph can stand for those of the other, each for one of its own colour.

    Once the colours are stable, nodes that are the only ones of their colour on their side are matched, and their
    edges are told by their neighbours' colours: they may go. Each component of the rest is matched by itself.
    """
    if pair.refine(colours):
        return False
    rest = {n: c for c, nodes in by_colour(colours).items() if len(nodes) > 2 for n in nodes}  # noqa: PLR2004 - two sides
    alike: defaultdict[tuple[int, ...], tuple[list[Colours], list[Colours]]] = defaultdict(lambda: ([], []))
    for component in _components(pair, rest):
        is_second = not pair.is_first(next(iter(component)))
        alike[tuple(sorted(component.values()))][is_second].append(component)
    return all(_match_components(pair, *components) for components in alike.values())


def _match_components(pair: Pair, ones: list[Colours], others: list[Colours]) -> bool:
    """Match components with the same colours one by one: being isomorphic is transitive, so the first match will do.

    Where there are too many on the other side, there are too few of another kind, as all nodes of a colour are even.
    """
    left = list(others)
    for one in ones:
        found = next((other for other in left if _try(pair, one, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _try(pair: Pair, one: Colours, other: Colours) -> bool:
    """Whether two connected components with the same colours match."""
    classes = by_colour(one)
    colour, nodes = min(classes.items(), key=lambda item: (len(item[1]) == 1, len(item[1])))
    if len(nodes) == 1:  # so are all: colours tell who stands for whom
        return True
    marked = max(classes) + 1
    return any(_match(pair, {**one, **other, nodes[0]: marked, choice: marked}) for choice in by_colour(other)[colour])


def _components(pair: Pair, colours: Colours) -> Iterator[Colours]:
    """The connected components of some nodes, with their colours."""
    left = dict(colours)
    while left:
        node, colour = left.popitem()
        component, waiting = {node: colour}, [node]
        while waiting:
            for neighbour in pair.neighbours(waiting.pop()):
                if neighbour in left:
                    component[neighbour] = left.pop(neighbour)
                    waiting.append(neighbour)
        yield component
