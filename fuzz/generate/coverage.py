"""Which pairs of calls show what none before them has shown: statements in conflict that no lock keeps apart.

Two calls that lock a row both are in order from there on to their ends; what they do to each other before that, or
without, no lock sees to (as with the lock sets of Eraser, Savage and others 1997). And operations of one service share
most of their statements, so that most pairs of calls have nothing in conflict that others do not have as well: those
with the most that is new come before the others (the greedy cover of a set by subsets, Chvatal 1979). Before all come
those of which one call deletes what the other puts rows under: they are few, as parents are what services lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from heapq import heapify, heappop, heappush

from fuzz.generate.footprint import Footprint
from fuzz.generate.meetings import Alone, Pair
from fuzz.traces.reach import meet

Places = tuple[int, int]
"""Of a statement of one call, and of one of another."""

Conflict = tuple[str, str, str, bool]
"""An operation, the text of a statement of it, that of another operation's which changes what it looks at, or locks
what it locks; and whether the latter: in the opposite order."""


def conflicts_of(one: Alone, other: Alone) -> frozenset[Conflict]:
    """What two calls may do to each other that no lock sees to, and what they lock in opposite orders.

    Of the former there is nothing if one of them cannot but seem to come first: a statement that looks at what the
    other changes sees all of it or nothing, so that it takes two of one call, or one of each.
    """
    (call, mine), (other_call, yours) = one, other
    waits = _first_waits(mine, yours)
    looks, looks_back = _looking(mine, yours), {(place, beside) for beside, place in _looking(yours, mine)}
    free = set[Places]()
    if _can_cross({place for place, _ in looks}, {beside for _, beside in looks_back}):
        free = (looks | looks_back).difference(_locked(mine, yours, looks | looks_back, waits))
    crossed = waits if len(waits) > 1 else set()
    return frozenset(
        {
            *((call.operation, mine.sent[x].sql, yours.sent[y].sql, False) for x, y in looks & free),
            *((other_call.operation, yours.sent[y].sql, mine.sent[x].sql, False) for x, y in looks_back & free),
            *((call.operation, mine.sent[x].sql, yours.sent[y].sql, True) for x, y in crossed),
        }
    )


def orphans(one: Alone, other: Alone) -> bool:
    """Whether one of two calls deletes what the other puts rows under."""
    return _deletes_parent(one, other) or _deletes_parent(other, one)


def _deletes_parent(one: Alone, other: Alone) -> bool:
    return any(
        meet(child.claims.shares, parent.writes) for parent in one[1].sent if parent.deletes for child in other[1].sent
    )


def telling(pairs: Iterable[tuple[Pair, frozenset[Conflict]]], known: set[Conflict]) -> Iterator[Pair]:
    """The pairs with conflicts that are not known yet, those with the most of them first.

    Args:
        pairs: each with its conflicts, the better ones first where they have as many.
        known: grows by the conflicts of what is told.
    """
    each = list(pairs)
    waiting = [(-len(conflicts), place) for place, (_, conflicts) in enumerate(each)]
    heapify(waiting)
    while waiting:
        expected, place = heappop(waiting)
        pair, conflicts = each[place]
        new = len(conflicts - known)
        if new and new == -expected:
            known |= conflicts
            yield pair
        elif new:
            heappush(waiting, (-new, place))


def _looking(one: Footprint, other: Footprint) -> set[Places]:
    """The places of statements that look at what the other call changes, each with the place of the change."""
    return {
        (place, beside)
        for place, mine in enumerate(one.sent)
        for beside, yours in enumerate(other.sent)
        if meet(mine.looks, yours.writes) or meet(mine.claims.keys, yours.claims.keys)
    }


def _can_cross(ones: Collection[int], others: Collection[int]) -> bool:
    return len(ones) > 1 or len(others) > 1 or bool(ones and others)


def _first_waits(one: Footprint, other: Footprint) -> set[Places]:
    """Where one call may have to wait for the other before it has had to anywhere else.

    Where there is more than one such place, each call takes a lock first that the other takes later: a deadlock.
    """
    waits = [
        (place, beside)
        for place, mine in enumerate(one.sent)
        for beside, yours in enumerate(other.sent)
        if mine.claims.exclude(yours.claims)
    ]
    return {wait for wait in waits if not any(_is_behind(wait, before) for before in waits if before != wait)}


def _locked(
    one: Footprint, other: Footprint, conflicts: Collection[Places], waits: Collection[Places]
) -> Collection[Places]:
    """The conflicts that are behind a lock which both transactions have taken by then.

    A lock goes with its transaction: if the conflicts of a call are in two of them, none keeps the other call out.
    """
    transactions = {_transactions(conflict, one, other) for conflict in conflicts}
    within = [wait for wait in waits if _transactions(wait, one, other) in transactions]
    if len(transactions) != 1:
        return set()
    return {conflict for conflict in conflicts if any(_is_behind(conflict, wait) for wait in within)}


def _is_behind(pair: Places, wait: Places) -> bool:
    return pair[0] >= wait[0] and pair[1] >= wait[1]


def _transactions(pair: Places, one: Footprint, other: Footprint) -> tuple[int, int]:
    return one.sent[pair[0]].transaction, other.sent[pair[1]].transaction
