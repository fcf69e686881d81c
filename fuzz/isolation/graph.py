"""The dependencies that may lie on a cycle, laid out for searching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import networkx as nx

from fuzz.isolation.dependency import Dependency

Relation = Literal["ww", "wr", "process", "realtime", "rw", "rwp"]
"""A dependency's kind, "rwp" where it is an "rw" by a condition (Elle's names)."""

RELATIONS: tuple[Relation, ...] = ("ww", "wr", "process", "realtime", "rw", "rwp")
"""The strongest first: of two witnesses of one length, the one whose dependencies stand further left is told."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Dependencies within strongly connected components, for no others lie on a cycle.

    Attributes:
        components: the transactions of each.
        between: source, target -> the dependencies between the two, the most telling first.
        out: relation -> source -> target -> the most telling dependency of the relation.
        height: transaction -> the last step of the latest transaction that leads to it without "rw". What stands
            higher than a transaction does not lead to it without "rw": searches end there.
    """

    components: tuple[frozenset[int], ...]
    between: Mapping[tuple[int, int], Sequence[Dependency]]
    out: Mapping[Relation, Mapping[int, Mapping[int, Dependency]]]
    height: Mapping[int, int]


def relation(dependency: Dependency) -> Relation:
    """What a dependency is to a search."""
    if dependency.kind == "rw":
        return "rwp" if dependency.predicate else "rw"
    return dependency.kind


def graph(dependencies: Collection[Dependency], last: Mapping[int, int]) -> Graph:
    """Lay out what may lie on a cycle.

    Args:
        dependencies: all of them.
        last: transaction -> the number of its last step.
    """
    components = _components(dependencies)
    home = {transaction: index for index, component in enumerate(components) for transaction in component}
    cyclic = [
        dependency
        for dependency in dependencies
        if dependency.source in home and home[dependency.source] == home.get(dependency.target)
    ]
    cyclic.sort(key=_telling)
    between: defaultdict[tuple[int, int], list[Dependency]] = defaultdict(list)
    out: dict[Relation, defaultdict[int, dict[int, Dependency]]] = {name: defaultdict(dict) for name in RELATIONS}
    for dependency in cyclic:
        between[dependency.source, dependency.target].append(dependency)
        out[relation(dependency)][dependency.source].setdefault(dependency.target, dependency)
    return Graph(components, between, out, _heights(cyclic, {transaction: last[transaction] for transaction in home}))


def _components(dependencies: Iterable[Dependency]) -> tuple[frozenset[int], ...]:
    pairs: nx.DiGraph[int] = nx.DiGraph()
    pairs.add_edges_from({(dependency.source, dependency.target) for dependency in dependencies})
    components = (frozenset(component) for component in nx.strongly_connected_components(pairs) if len(component) > 1)
    return tuple(sorted(components, key=min))


def _telling(dependency: Dependency) -> tuple[object, ...]:
    return (
        dependency.source,
        dependency.target,
        RELATIONS.index(relation(dependency)),
        not dependency.certain,
        dependency.source_step,
        dependency.target_step,
        dependency.item or ("", ()),
    )


def _heights(dependencies: Iterable[Dependency], last: Mapping[int, int]) -> dict[int, int]:
    """Each transaction's height: the latest transaction marks all that it leads to, then the next latest the rest."""
    onward: defaultdict[int, list[int]] = defaultdict(list)
    for dependency in dependencies:
        if dependency.kind != "rw":
            onward[dependency.source].append(dependency.target)
    heights: dict[int, int] = {}
    for latest in sorted(last, key=lambda transaction: last[transaction], reverse=True):
        reached = [latest]
        while reached:
            transaction = reached.pop()
            if transaction not in heights:
                heights[transaction] = last[latest]
                reached.extend(onward[transaction])
    return heights
