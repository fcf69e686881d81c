"""From transactions to isolation anomalies, each with its shortest witness.

After Adya, "Weak Consistency" (1999), with Berenson et al., "A Critique of ANSI SQL Isolation Levels" (1995) for the
names of small ones, and Kingsbury and Alvaro, "Elle" (2020) for the order of a session and of time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from fuzz.isolation.anomaly import NAMES, PHENOMENA, Anomaly, anomaly_of
from fuzz.isolation.dependency import Dependency
from fuzz.isolation.edges import data_dependencies
from fuzz.isolation.graph import RELATIONS, Graph, graph
from fuzz.isolation.order import process_order, realtime_order, straightened
from fuzz.isolation.pairs import cycles_of_two
from fuzz.isolation.patterns import ANY, PATTERNS, Pattern
from fuzz.isolation.search import Cycle, Search
from fuzz.isolation.unfit import unfit_reads
from fuzz.transactions import Transaction, Transactions

REACH = 64
"""How many states one search looks at. It sees all of a smaller component, and in a large one what is near: so the
work grows with the number of dependencies, not with its square."""


def anomalies(transactions: Transactions) -> list[Anomaly]:
    """Everything that no serial order of the transactions could have shown.

    Through each dependency the shortest cycle of each kind is found, as far as `REACH` sees; of every strongly
    connected component at least one. What is uncertain is told where nothing certain has the same name and the same
    transactions; what needs the order of a session or of time, where nothing else lies among its transactions.

    Args:
        transactions: of one history.

    Returns:
        The certain before the uncertain, then the most telling first; one for each name and set of transactions.
        Empty if and only if the certain and uncertain dependencies have no cycle, and nobody read what it should not.
    """
    found = _Found({transaction.number: transaction for transaction in transactions.all})
    found.extend(unfit_reads(transactions))
    last = {transaction.number: transaction.last for transaction in transactions.all}
    for dependencies in _layers(transactions, last):
        found.search(graph(dependencies, last))
    return sorted(found.all.values(), key=_telling)


def _layers(transactions: Transactions, last: dict[int, int]) -> Iterator[Sequence[Dependency]]:
    """Ever more dependencies to search for cycles: certain before uncertain, by rows before those by order."""
    data = list(data_dependencies(transactions))
    if all(last[dependency.source] < last[dependency.target] for dependency in data):
        return  # the order in which they ended is a serial order that explains them all
    process = list(process_order(transactions))
    realtime = list(realtime_order(transactions))
    certain = [dependency for dependency in data if dependency.certain]
    for known in [certain] if len(certain) == len(data) else [certain, data]:
        yield known
        if process:
            yield known + process
        if not _pairs(realtime) <= _pairs(process):
            yield known + process + realtime


def _pairs(dependencies: Iterable[Dependency]) -> set[tuple[int, int]]:
    return {(dependency.source, dependency.target) for dependency in dependencies}


@dataclass(slots=True)
class _Found:
    """What has been found as the layers are searched.

    Attributes:
        transactions: by number.
        all: name and transactions -> the first such anomaly.
        sets: transaction -> the sets of transactions of anomalies in which it is the first.
        searched: what lies on cycles in the layers so far: most often a layer adds nothing to that.
        explained: pattern, source, target: the cycles through these are shorter in an earlier layer.
    """

    transactions: Mapping[int, Transaction]
    all: dict[tuple[str, tuple[int, ...]], Anomaly] = field(default_factory=dict)
    sets: defaultdict[int, set[frozenset[int]]] = field(default_factory=lambda: defaultdict(set))
    searched: list[Mapping[tuple[int, int], Sequence[Dependency]]] = field(default_factory=list)
    explained: set[tuple[Pattern, int, int]] = field(default_factory=set)

    def extend(self, anomalies: Iterable[Anomaly]) -> None:
        """Keep each that is new and says something."""
        for anomaly in anomalies:
            key = (anomaly.name, anomaly.transactions)
            if key not in self.all and not (anomaly.variant and self._lies_within(anomaly.transactions)):
                self.all[key] = anomaly
                self.sets[anomaly.transactions[0]].add(frozenset(anomaly.transactions))

    def search(self, graph: Graph) -> None:
        """Find what is in a layer."""
        if graph.between in self.searched:
            return
        self.searched.append(graph.between)
        cycles = chain(cycles_of_two(graph), *(self._through_each(graph, pattern) for pattern in _patterns(graph)))
        told = (anomaly_of(straightened(cycle, self.transactions)) for cycle in cycles)
        self.extend(sorted(told, key=lambda anomaly: (anomaly.variant, len(anomaly.transactions))))
        self.extend(
            anomaly_of(straightened(_through_all(graph, component), self.transactions))
            for component in graph.components
            if not self._lies_within(component)
        )

    def _through_each(self, graph: Graph, pattern: Pattern) -> Iterator[Cycle]:
        """The shortest cycle of a pattern through each dependency that it may start with."""
        search = Search(graph, pattern)
        for relation in pattern.first:
            for targets in graph.out[relation].values():
                for first in targets.values():
                    start = (pattern, first.source, first.target)
                    if start not in self.explained and (cycle := search.shortest_cycle(first, REACH)):
                        self.explained.add(start)
                        yield cycle

    def _lies_within(self, transactions: Collection[int]) -> bool:
        members = frozenset(transactions)
        return any(known <= members for transaction in members for known in self.sets.get(transaction, ()))


def _patterns(graph: Graph) -> Iterator[Pattern]:
    """Those that make a difference in a graph."""
    return (pattern for pattern in PATTERNS if graph.out["rwp"] or not pattern.predicates)


def _through_all(graph: Graph, component: frozenset[int]) -> Cycle:
    """A cycle of a component in which none is near any of its dependencies."""
    source = min(component)
    first = next(graph.out[relation][source] for relation in RELATIONS if source in graph.out[relation])
    nearest = min(first.values(), key=lambda dependency: dependency.target)
    cycle = Search(graph, ANY).shortest_cycle(nearest, len(component))
    assert cycle is not None
    return cycle


def _telling(anomaly: Anomaly) -> tuple[object, ...]:
    return (not anomaly.certain, _RANK[anomaly.name], len(anomaly.transactions), anomaly.transactions)


_RANK = {
    name: rank
    for rank, name in enumerate(
        (*NAMES, *(phenomenon.lower() + order for order in ("", "-process", "-realtime") for phenomenon in PHENOMENA))
    )
}
