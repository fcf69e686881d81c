"""Which calls of operations that are named are explored, one a session; in whatever order they are named, the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from fuzz.generate.footprint import Footprint
from fuzz.generate.meetings import WAYS, Operations, Unit, meetings


def meetings_of(operations: Sequence[str], alone: Sequence[tuple[Unit, Footprint]]) -> Sequence[tuple[Unit, ...]]:
    """The calls to explore of some operations, one a session.

    Args:
        operations: two or more, in the order of sessions.
        alone: calls, the simple ones first, with what each touched when it ran alone.

    Returns:
        Of two, the pairs of calls that `meetings` has. Of more, those that meet of each two of them, with the calls of
        the others that meet the most of those; the last has a call for each of the ways to meet them, so that two
        writers of one row, and of two rows, both come with one who reads them. None, where no two meet.
    """
    known = [(call, footprint) for call, footprint in alone if call.operation in operations]
    pairs = meetings(known)
    footprints = {str(call): footprint for call, footprint in known}
    begun = [
        {place: (call, footprints[str(call)]) for place, call in zip(places, pair, strict=True)}
        for places in combinations(range(len(operations)), 2)
        for pair in _pairs_of(operations[places[0]], operations[places[1]], pairs)
    ]
    if len(operations) > 2:  # noqa: PLR2004 - of two, a pair on different rows is explored, too
        begun = [placed for placed in begun if _meet(*placed.values())]
    return _each_once(calls for placed in begun for calls in _joined(placed, operations, known))


def _pairs_of(
    one: str, other: str, pairs: Mapping[Operations, Sequence[tuple[Unit, ...]]]
) -> Sequence[tuple[Unit, ...]]:
    return pairs.get((one, other)) or [calls[::-1] for calls in pairs.get((other, one), ())]


def _meet(one: tuple[Unit, Footprint], other: tuple[Unit, Footprint]) -> bool:
    return one[1].meets(other[1])


def _joined(
    placed: Mapping[int, tuple[Unit, Footprint]], operations: Sequence[str], known: Sequence[tuple[Unit, Footprint]]
) -> Iterator[tuple[Unit, ...]]:
    """Some calls with those of the sessions that have none, who meets the most of them first."""
    left = [place for place in range(len(operations)) if place not in placed]
    if not left:
        yield tuple(placed[place][0] for place in range(len(operations)))
        return
    ways = {place: _ways(placed, operations[place], known) for place in left}
    place = max(left, key=lambda each: (len(max(ways[each], key=len)), -_first(operations[each], known)))
    chosen = sorted(ways[place], key=len, reverse=True)[: WAYS if len(left) == 1 else 1]
    for way in chosen:
        yield from _joined({**placed, place: ways[place][way]}, operations, known)


def _ways(
    placed: Mapping[int, tuple[Unit, Footprint]], operation: str, known: Sequence[tuple[Unit, Footprint]]
) -> Mapping[frozenset[int], tuple[Unit, Footprint]]:
    """Whom calls of an operation meet, by their places -> the first that does; who meets nobody only if none does."""
    ways: dict[frozenset[int], tuple[Unit, Footprint]] = {}
    for one in known:
        if one[0].operation == operation:
            ways.setdefault(frozenset(place for place, other in placed.items() if _meet(one, other)), one)
    return {way: one for way, one in ways.items() if way} or ways


def _first(operation: str, known: Sequence[tuple[Unit, Footprint]]) -> int:
    """An operation's place among all, however they are named."""
    return next(place for place, (call, _) in enumerate(known) if call.operation == operation)


def _each_once(found: Iterator[tuple[Unit, ...]]) -> Sequence[tuple[Unit, ...]]:
    """The same calls in other sessions are the same."""
    return list({tuple(sorted(map(str, calls))): calls for calls in found}.values())
