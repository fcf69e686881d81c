"""All cycles of small graphs by trying everything, and what they are by the letter of the definitions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product

import networkx as nx

from fuzz.isolation import Dependency


def graph_of(dependencies: Collection[Dependency]) -> nx.DiGraph[int]:
    return nx.DiGraph((dependency.source, dependency.target) for dependency in dependencies)


def all_cycles(dependencies: Collection[Dependency]) -> Iterator[tuple[Dependency, ...]]:
    """Each simple cycle, with each choice among dependencies of different kinds between the same two."""
    between: dict[tuple[int, int], dict[tuple[str, bool], Dependency]] = {}
    for dependency in dependencies:
        kinds = between.setdefault((dependency.source, dependency.target), {})
        kinds.setdefault((dependency.kind, dependency.predicate and dependency.kind == "rw"), dependency)
    for way in nx.simple_cycles(graph_of(dependencies)):
        pairs = zip(way, [*way[1:], way[0]], strict=True)
        yield from product(*(between[pair].values() for pair in pairs))


def phenomenon(cycle: tuple[Dependency, ...]) -> str:
    kinds = [dependency.kind for dependency in cycle]
    word = _by_rows(kinds, any(dependency.predicate for dependency in cycle if dependency.kind == "rw"))
    return word + ("-realtime" if "realtime" in kinds else "-process" if "process" in kinds else "")


def _by_rows(kinds: Sequence[str], by_condition: bool) -> str:
    if kinds.count("rw") > 1:
        if ("rw", "rw") in zip(kinds, [*kinds[1:], kinds[0]], strict=True):
            return "G2" if by_condition else "G2-item"
        return "G-nonadjacent"
    return "G-single" if "rw" in kinds else "G1c" if "wr" in kinds else "G0"


def strongest(cycles: Collection[tuple[Dependency, ...]], unfit: bool) -> str:
    """The level that cycles by rows leave, by the definitions of Adya (1999) and of Elle for snapshot isolation."""
    words = {phenomenon(cycle) for cycle in cycles}
    rows_only = [cycle for cycle in cycles if not any(d.kind == "rw" and d.predicate for d in cycle)]
    if "G0" in words:
        return "PL-0"
    if "G1c" in words or unfit:
        return "PL-1"
    if not words:
        return "PL-3"
    if not words & {"G-single", "G-nonadjacent"}:
        return "PL-SI"
    if not rows_only:
        return "PL-2.99"
    return "PL-2" if "G-single" in words else "PL-2+"
