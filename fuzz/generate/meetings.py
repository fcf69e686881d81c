"""Which calls of two operations are explored: one pair for each way in which they meet, and one that hardly does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement

from fuzz.case import Call
from fuzz.generate.footprint import Footprint, Row

WAYS = 4
"""Ways of meeting that are explored of each two operations, those with the most in common first."""

Pair = tuple[Call, Call]
Alone = tuple[Call, Footprint]

_Way = tuple[bool, tuple[tuple[str, str, int], ...]]
"""Whether both are the same call; each table with what both do there ("write, write", "read, write", "write, read",
"insert, insert"), and to how many rows."""


def meetings(alone: Sequence[Alone]) -> Mapping[tuple[str, str], Sequence[Pair]]:
    """The pairs of calls to explore, for each two operations that are given, an operation with itself among them.

    Args:
        alone: calls, the simple ones first, with what each touched when it ran alone.

    Returns:
        Two operations, in the order they are given -> pairs of their calls: for each of the ways in which they meet
        the first, and the first that touch the same tables, but no row in common; none, where no table is in common.
    """
    by_operation: dict[str, list[Alone]] = {}
    for call, footprint in alone:
        by_operation.setdefault(call.operation, []).append((call, footprint))
    return {
        (one, other): tuple(_pairs(by_operation[one], by_operation[other]))
        for one, other in combinations_with_replacement(by_operation, 2)
    }


def _pairs(ones: Sequence[Alone], others: Sequence[Alone]) -> Iterator[Pair]:
    ways: dict[_Way, Pair] = {}
    apart: list[Pair] = []
    for one, first in ones:
        for other, second in others:
            shared = tuple(_shared(first, second))
            if shared:
                ways.setdefault((one == other, shared), (one, other))
            elif not apart and not _tables(first.touches).isdisjoint(_tables(second.touches)):
                apart.append((one, other))
    yield from (ways[way] for way in sorted(ways, key=_rank)[:WAYS])
    yield from apart


def _rank(way: _Way) -> tuple[int, int, _Way]:
    """The order of ways: those in the most tables first, then on the most rows."""
    return -len(way[1]), -sum(rows for _, _, rows in way[1]), way


def _shared(one: Footprint, other: Footprint) -> Iterator[tuple[str, str, int]]:
    for what, rows in (
        ("write, write", one.writes & other.writes),
        ("read, write", one.reads & other.writes),
        ("write, read", one.writes & other.reads),
    ):
        yield from ((table, what, number) for table, number in sorted(Counter(table for table, _ in rows).items()))
    yield from ((table, "insert, insert", 1) for table in sorted(one.inserts & other.inserts))


def _tables(rows: frozenset[Row]) -> frozenset[str]:
    return frozenset(table for table, _ in rows)
