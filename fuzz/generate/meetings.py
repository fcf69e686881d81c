"""Which calls of two operations are explored: one pair for each way in which they meet, and one that hardly does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations_with_replacement, product
from typing import Generic, Protocol, TypeVar

from fuzz.case import Call
from fuzz.generate.footprint import Footprint, Row

WAYS = 4
"""Ways of meeting that are explored of each two operations, those with the most in common first."""


class Named(Protocol):
    """What is run in one session: a call, or a program of several."""

    @property
    def operation(self) -> str:
        """What it is one of, in the matrix."""
        ...


Unit = TypeVar("Unit", bound=Named)

Calls = tuple[Call, ...]
Pair = tuple[Call, Call]
Operations = tuple[str, ...]
Alone = tuple[Call, Footprint]

Way = tuple[bool, tuple[tuple[str, str, int], ...], bool]
"""Whether both are the same call; each table with what both do there ("write, write", "read, write", "write, read",
"insert, insert"), and to how many rows; "met", where rows that no result tells count too, by how many of both; whether
they write or lock rows of both in opposite orders."""


@dataclass(slots=True)
class Meeting(Generic[Unit]):
    """How the calls of two operations meet.

    Attributes:
        ways: each way of meeting, with the first pair of calls that meet so.
        others: the other pairs that meet.
        apart: the first pair that touches the same tables, but no row in common; None where there is none.
    """

    ways: dict[Way, tuple[Unit, Unit]] = field(default_factory=dict)
    others: list[tuple[Unit, Unit]] = field(default_factory=list)
    apart: tuple[Unit, Unit] | None = None

    @property
    def ranked(self) -> list[Way]:
        """The ways, those with the most in common first."""
        return sorted(self.ways, key=rank)

    def add(self, one: tuple[Unit, Footprint], other: tuple[Unit, Footprint]) -> None:
        """Look at two calls."""
        (call, footprint), (other_call, other_footprint) = one, other
        if footprint.meets(other_footprint):
            shared = tuple(_shared(footprint, other_footprint))
            way = (call == other_call, shared, _lock_in_another_order(footprint, other_footprint))
            if self.ways.setdefault(way, (call, other_call)) != (call, other_call):
                self.others.append((call, other_call))
        elif self.apart is None and _touch_one_table(footprint, other_footprint):
            self.apart = (call, other_call)


Met = Meeting[Call]

Meetings = dict[tuple[str, str], Met]
"""How the calls of each two operations meet, an operation with itself among them."""


def met(alone: Sequence[tuple[Unit, Footprint]]) -> dict[tuple[str, str], Meeting[Unit]]:
    """How calls meet.

    Args:
        alone: calls, the simple ones first, with what each touched when it ran alone.
    """
    found: dict[tuple[str, str], Meeting[Unit]] = {}
    meet_more(found, (), alone)
    return found


def meet_more(
    found: dict[tuple[str, str], Meeting[Unit]],
    known: Sequence[tuple[Unit, Footprint]],
    new: Sequence[tuple[Unit, Footprint]],
) -> None:
    """Add how some calls meet each other, and those that have been looked at before.

    Args:
        found: what is added to.
        known: those looked at before.
        new: the others; the simple ones first.
    """
    for one, other in chain(product(known, new), combinations_with_replacement(new, 2)):
        names = one[0].operation, other[0].operation
        turned = names[1], names[0]
        if names not in found and turned in found:
            found[turned].add(other, one)
        else:
            found.setdefault(names, Meeting()).add(one, other)


def beside(found: Meetings) -> Mapping[str, Sequence[Call]]:
    """Which calls each call meets.

    Args:
        found: how calls meet.

    Returns:
        A call, as text -> the calls that it meets, itself perhaps among them.
    """
    near: dict[str, dict[str, Call]] = {}
    for one, other in chain.from_iterable([*each.ways.values(), *each.others] for each in found.values()):
        near.setdefault(str(one), {})[str(other)] = other
        near.setdefault(str(other), {})[str(one)] = one
    return {name: tuple(calls.values()) for name, calls in near.items()}


def meetings(alone: Sequence[tuple[Unit, Footprint]]) -> Mapping[Operations, Sequence[tuple[Unit, ...]]]:
    """The pairs of calls to explore, for each two operations that are given, an operation with itself among them.

    Args:
        alone: calls, the simple ones first, with what each touched when it ran alone.

    Returns:
        Two operations, in the order they are given -> pairs of their calls: for each of the ways in which they meet
        the first, and the first that touch the same tables, but no row in common; none, where no calls meet.
    """
    return {operations: tuple(_chosen(each)) for operations, each in met(alone).items()}


def _chosen(each: Meeting[Unit]) -> Iterator[tuple[Unit, Unit]]:
    yield from (each.ways[way] for way in each.ranked[:WAYS])
    if each.apart is not None and each.ways:
        yield each.apart


def rank(way: Way) -> tuple[bool, int, int, Way]:
    """The order of ways: those that lock in opposite orders first, then in the most tables, then on the most rows."""
    _, shared, in_another_order = way
    return not in_another_order, -len(shared), -sum(rows for _, _, rows in shared), way


def _lock_in_another_order(one: Footprint, other: Footprint) -> bool:
    common = set(one.order) & set(other.order)
    first, second = ([row for row in each.order if row in common] for each in (one, other))
    return first != second


def _shared(one: Footprint, other: Footprint) -> Iterator[tuple[str, str, int]]:
    for what, rows in (
        ("write, write", one.writes & other.writes),
        ("read, write", one.reads & other.writes),
        ("write, read", one.writes & other.reads),
    ):
        yield from ((table, what, number) for table, number in sorted(Counter(table for table, _ in rows).items()))
    yield from ((table, "insert, insert", 1) for table in sorted(one.inserts & other.inserts))
    yield from ((table, "met", number) for table, number in sorted(Counter(one.tables_met(other)).items()))


def _touch_one_table(one: Footprint, other: Footprint) -> bool:
    """Whether two calls touch some table both, and are not only looking."""
    return not (one.only_reads and other.only_reads) and not _tables(one.touches).isdisjoint(_tables(other.touches))


def _tables(rows: frozenset[Row]) -> frozenset[str]:
    return frozenset(table for table, _ in rows)
