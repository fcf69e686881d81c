"""Which steps of two sessions commute under PostgreSQL: in either order, both do the same, and all that follows.

Under MVCC that is far more than "not the same row" (PostgreSQL manual, chapter 13): an uncommitted write and a read
commute, and so do two reads. What does not: a COMMIT and whoever looks at what it commits; two writes or locks of a
row; the end of a transaction and whoever waits for its locks. SERIALIZABLE watches whole tables, where they are small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations, product

from fuzz.traces.effect import Effect, Watched
from fuzz.traces.reach import meet

Carried = tuple[str, Effect]
"""A session, and the effect of a step of its."""


def commute(one: Effect, other: Effect) -> bool:
    """Whether two steps of different sessions, one right after the other, may change places."""
    return (one.only_looks and other.only_looks) or not (
        one.claims.exclude(other.claims)
        or one.draws & other.draws
        or _stands_in_the_way(one, other)
        or _stands_in_the_way(other, one)
        or _is_noted(one, other)
    )


def clashes(effects: Sequence[Effect], turns: Sequence[str], carried: Mapping[int, Sequence[Carried]]) -> list[int]:
    """Which steps of different sessions do not commute.

    Args:
        effects: of the steps.
        turns: whose each is.
        carried: what other sessions' steps do, too, when a step lets them go on.

    Returns:
        For each step the others that it clashes with, as bits.
    """
    found = [0] * len(effects)
    looks = [each.only_looks for each in effects]
    tables = [each.tables for each in effects]
    for one, other in _of_two_sessions(turns):  # long operations have 100,000 pairs, few of which meet
        if looks[one] and looks[other]:
            continue
        watched = effects[one].watched and effects[other].watched
        if (watched or not tables[one].isdisjoint(tables[other])) and not commute(effects[one], effects[other]):
            _note(found, one, other)
    for one, each in carried.items():
        for other, turn in enumerate(turns):
            if turn != turns[one] and not _commute_with(each, [(turn, effects[other]), *carried.get(other, ())]):
                _note(found, one, other)
    return found


def _of_two_sessions(turns: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of each two turns that are not of one session."""
    places: dict[str, list[int]] = {}
    for place, session in enumerate(turns):
        places.setdefault(session, []).append(place)
    return chain.from_iterable(product(one, other) for one, other in combinations(places.values(), 2))


def _note(found: list[int], one: int, other: int) -> None:
    found[one] |= 1 << other
    found[other] |= 1 << one


def _commute_with(ones: Sequence[Carried], others: Sequence[Carried]) -> bool:
    return all(
        session == other_session or commute(effect, other)
        for session, effect in ones
        for other_session, other in others
    )


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


def _is_noted(one: Effect, other: Effect) -> bool:
    """Whether PostgreSQL, watching SERIALIZABLE transactions, may note the order (Ports and Grittner 2012)."""
    if one.watched is None or other.watched is None:
        return False
    taken_back = bool(one.undoes & other.reads or other.undoes & one.reads)
    if one.watched.in_pair and other.watched.in_pair:
        return taken_back or _may_refuse(one, one.watched, other, other.watched)
    return (
        taken_back
        or bool(one.reads & other.claims.tables or other.reads & one.claims.tables)
        or (one.ends and (other.ends or other.takes_snapshot))
        or (other.ends and one.takes_snapshot)
    )


def _may_refuse(one: Effect, watched: Watched, other: Effect, other_watched: Watched) -> bool:
    """Whether the COMMIT of one of two transactions may have the other refused at this very step, or spare it.

    Which of two first read what the other writes makes no difference: it is noted either way, as each scans tables as
    wholes. Who has read what the other writes, and written what the other reads, is refused when the other commits,
    at its next step; or at the step that makes it so, if the other has committed.
    """
    return (one.commits and _is_in_danger(other, other_watched, watched)) or (
        other.commits and _is_in_danger(one, watched, other_watched)
    )


def _is_in_danger(step: Effect, own: Watched, ended: Watched) -> bool:
    """Whether it matters to a step that another transaction has committed."""
    if step.takes_snapshot and ended.writes & own.reads and ended.reads & own.writes:
        return True
    return bool(step.is_refusable and ended.writes & own.read and ended.reads & own.written)
