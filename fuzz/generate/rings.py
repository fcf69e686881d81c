"""Rings of calls: each meets the next one, and the last meets the first.

What goes wrong with some calls, but not with fewer, is a cycle of dependencies through all of them (Adya 1999): the
read-only anomaly of three transactions (Fekete, O'Neil and O'Neil 2004), a deadlock of three. So these are the groups
that are worth the while; three calls of which two do not meet tell no more than the pairs among them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest

from fuzz.case import Call
from fuzz.generate.meetings import Calls, Pair

Beside = Mapping[str, Sequence[Call]]
"""A call, as text -> the calls that it meets, the simple ones first."""


def rings(pairs: Iterable[Pair], beside: Beside, size: int) -> Iterator[Calls]:
    """Rings of calls, none of them twice, whatever its order.

    Args:
        pairs: what they begin with; each has a ring before any has its second.
        beside: which calls meet.
        size: how many calls a ring has, three or more; a call may be there more than once.
    """
    reached = {name: {str(call) for call in calls} for name, calls in beside.items()}
    varied = {name: tuple(_by_operation(calls)) for name, calls in beside.items()}
    found = set[tuple[str, ...]]()
    for ring in in_turn(_closed(pair, varied, reached, size) for pair in pairs):
        names = tuple(sorted(map(str, ring)))
        if names not in found:
            found.add(names)
            yield ring


def in_turn(each: Iterable[Iterator[Calls]]) -> Iterator[Calls]:
    """The first of each, the second of each, and so on."""
    waiting = deque(each)
    while waiting:
        one = waiting.popleft()
        for made in islice(one, 1):
            yield made
            waiting.append(one)


def _closed(path: Calls, beside: Beside, reached: Mapping[str, set[str]], size: int) -> Iterator[Calls]:
    """The rings that begin with some calls in a row."""
    near = beside.get(str(path[-1]), ())
    if len(path) == size - 1:
        back = reached.get(str(path[0]), set())
        yield from ((*path, call) for call in near if str(call) in back)
    else:
        yield from in_turn(_closed((*path, call), beside, reached, size) for call in near)


def _by_operation(calls: Iterable[Call]) -> Iterator[Call]:
    """Calls, one of each operation in turn."""
    operations: dict[str, list[Call]] = {}
    for call in calls:
        operations.setdefault(call.operation, []).append(call)
    for each in zip_longest(*operations.values()):
        yield from (call for call in each if call is not None)
