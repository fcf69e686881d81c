"""Transactions seen as the calls that they belong to: what must come out as in some serial order is calls.

Where no call depends on another in a circle, the order of the dependencies is a serial order with the same outcome
(the serializability theorem; Bernstein, Hadzilacos, Goodman 1987), so that none needs to be run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import networkx as nx

from fuzz.accesses.segments import statement_of, was_refused
from fuzz.checks.drawn import drawn
from fuzz.history import History, Place
from fuzz.transactions import Item, Transaction, Transactions, Version

_GAVE_UP = frozenset({"55P03", "57014"})
"""Lock not available, query canceled: what a statement ran into was still open, and cannot be known."""

_WHOLE = 0
"""The place of a program that is taken as one call."""


def by_call(
    transactions: Transactions, *, whole: bool = False, without: Collection[Place] = frozenset()
) -> Transactions:
    """All that each call read and wrote, as if it were one transaction; committed or not, its code has seen it.

    Args:
        transactions: of a history.
        whole: whether a session's program is to be taken as one call.
        without: calls to leave out, which must have written nothing.
    """
    groups: defaultdict[Place, list[Transaction]] = defaultdict(list)
    for transaction in transactions.all:
        place = (transaction.session, _WHOLE if whole else transaction.calls[0])
        if place not in without:
            groups[place].append(transaction)
    numbers = {each.number: number for number, group in enumerate(groups.values()) for each in group}
    versions = {
        item: tuple(_renumbered(version, numbers) for version in versions)
        for item, versions in transactions.versions.items()
    }
    return Transactions(tuple(_merged(number, group) for number, group in enumerate(groups.values())), versions)


def _renumbered(version: Version, numbers: dict[int, int]) -> Version:
    return version if version.writer is None else replace(version, writer=numbers[version.writer])


def _merged(number: int, group: list[Transaction]) -> Transaction:
    writes: dict[Item, int] = {}
    for each in group:
        writes.update(each.writes)
    return Transaction(
        number=number,
        session=group[0].session,
        calls=tuple(dict.fromkeys(call for each in group for call in each.calls)),
        first=group[0].first,
        last=group[-1].last,
        ended=max(each.ended for each in group),
        committed=True,
        reads=tuple(read for each in group for read in each.reads),
        writes=writes,
    )


def is_ordered(history: History, calls: Transactions, *, whole: bool = False) -> bool:
    """Whether the calls of a history depend on each other in no circle.

    Args:
        history: whose calls they are.
        calls: as `by_call` gives them.
        whole: as it was given to `by_call`.
    """
    places = _places(calls)
    if _met_what_was_open(history, places) or (not whole and any(len(each.calls) > 1 for each in calls.all)):
        return False
    before: dict[int, set[int]] = {each.number: set() for each in calls.all}
    for earlier, later in _precedence(history, calls):
        before[later].add(earlier)
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        return False
    return True


def smallest_circle(history: History, calls: Transactions) -> Sequence[int]:
    """The fewest calls of a history that depend on each other in a circle; all calls, where nothing tells which do.

    Args:
        history: whose calls they are.
        calls: as `by_call` gives them.
    """
    pairs: nx.DiGraph[int] = nx.DiGraph(sorted(set(_precedence(history, calls))))
    ways = (
        nx.shortest_path(pairs, later, earlier) for earlier, later in pairs.edges if nx.has_path(pairs, later, earlier)
    )
    return min(ways, key=len, default=[each.number for each in calls.all])


def _places(calls: Transactions) -> Mapping[Place, int]:
    """The number of each call, by where it stands."""
    return {(each.session, call): each.number for each in calls.all for call in each.calls}


def _precedence(history: History, calls: Transactions) -> Iterator[tuple[int, int]]:
    """Pairs of calls of which the first must come before the second, in any serial order with the same outcome."""
    pairs = (*_dependencies(calls), *_programs(calls), *drawn(history, _places(calls)))
    return ((earlier, later) for earlier, later in pairs if earlier != later)


def _dependencies(calls: Transactions) -> Iterator[tuple[int, int]]:
    """Those pairs of which each has read or written what the other one wrote."""
    for versions in calls.versions.values():
        writers = [version.writer for version in versions if version.writer is not None]
        yield from pairwise(writers)
    for call in calls.all:
        for read in call.reads:
            versions = calls.versions[read.item]
            writer = versions[read.version].writer
            if writer is not None:
                yield writer, call.number
            if read.replaced is not None and (by := versions[read.replaced].writer) is not None:
                yield call.number, by


def _programs(calls: Transactions) -> Iterator[tuple[int, int]]:
    sessions: defaultdict[str, list[Transaction]] = defaultdict(list)
    for call in calls.all:
        sessions[call.session].append(call)
    for of_session in sessions.values():
        yield from pairwise(call.number for call in sorted(of_session, key=lambda call: call.calls))


def _met_what_was_open(history: History, places: Collection[Place]) -> bool:
    """Whether what a statement did depended on locks that were held at that moment, and not on what was committed."""
    for step in history.steps:
        if (step.session, step.call) not in places:
            continue
        statement = statement_of(step)
        if statement.skips or any("advisory" in name for name in statement.functions):
            return True
        if step.failure is not None and (step.failure.sqlstate in _GAVE_UP or was_refused(step)):
            return True
    return False
