"""Which steps of two sessions commute under PostgreSQL: in either order, both do the same, and all that follows.

Under MVCC that is far more than "not the same row" (PostgreSQL manual, chapter 13): an uncommitted write and a read
commute, and so do two reads. What does not: a COMMIT and whoever looks at what it commits; two writes or locks of a
row; the end of a transaction and whoever waits for its locks. SERIALIZABLE watches whole tables, where they are small.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from fuzz.traces.effect import Effect
from fuzz.traces.reach import meet


def commute(one: Effect, other: Effect) -> bool:
    """Whether two steps of different sessions, one right after the other, may change places."""
    return (one.only_looks and other.only_looks) or not (
        one.claims.exclude(other.claims)
        or _stands_in_the_way(one, other)
        or _stands_in_the_way(other, one)
        or (one.serializable and other.serializable and _conflict(one, other))
    )


def clashes(effects: Sequence[Effect], turns: Sequence[str]) -> list[int]:
    """Which steps of different sessions do not commute.

    Args:
        effects: of the steps.
        turns: whose each is.

    Returns:
        For each step the others that it clashes with, as bits.
    """
    found = [0] * len(effects)
    looks = [each.only_looks for each in effects]
    tables = [each.tables for each in effects]
    for one, other in combinations(range(len(effects)), 2):  # long operations have 100,000 pairs, few of which meet
        if turns[one] == turns[other] or (looks[one] and looks[other]):
            continue
        watched = effects[one].serializable and effects[other].serializable
        if (watched or not tables[one].isdisjoint(tables[other])) and not commute(effects[one], effects[other]):
            found[one] |= 1 << other
            found[other] |= 1 << one
    return found


def _stands_in_the_way(one: Effect, other: Effect) -> bool:
    """Whether it matters to the other that the one comes first."""
    return bool(
        meet(one.shows, other.sees)
        or other.claims.look_at(one.shows)
        or one.frees.exclude(other.claims)
        or one.leaves & other.excludes
        or one.excludes & (other.reads | other.claims.tables)
        or (one.ends and one.excludes & other.reads)
    )


def _conflict(one: Effect, other: Effect) -> bool:
    """Whether PostgreSQL, watching serializable transactions, may note the order (Ports and Grittner 2012)."""
    return bool(
        one.reads & other.claims.tables
        or other.reads & one.claims.tables
        or one.undoes & other.reads
        or other.undoes & one.reads
        or (one.ends and (other.ends or other.takes_snapshot))
        or (other.ends and one.takes_snapshot)
    )
