"""Which pairs of a target's calls to run before the others, by what has been learnt of its calls so far.

Three kinds take turns: calls of any operations with the most that is new (see `fuzz.generate.coverage`); two calls of
one operation; a call with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, filterfalse, zip_longest

from fuzz.generate.coverage import Conflict, conflicts_of, orphans, telling
from fuzz.generate.lessons import Lessons
from fuzz.generate.meetings import WAYS, Alone, Pair

InConflict = tuple[Pair, frozenset[Conflict]]
"""Two calls, and what they may do to each other that no lock sees to."""

Swapping = Collection[int]
"""The ids of calls that compare and swap."""

_Ids = tuple[int, int]
"""Which two calls: each is one object, of the lessons."""


class Telling:
    """What has been told, and what there is to tell.

    Args:
        lessons: teach what the calls do; more may have been learnt each time something is asked.

    Attributes:
        told: the pairs that `more` has given.
    """

    def __init__(self, lessons: Lessons) -> None:
        self.told: list[Pair] = []
        self._lessons = lessons
        self._known: set[Conflict] = set()
        self._conflicts: dict[_Ids, frozenset[Conflict]] = {}
        self._met: dict[_Ids, InConflict] = {}
        self._orphaning: set[_Ids] = set()

    def more(self, has_begun: Callable[[Pair], bool]) -> list[Pair]:
        """The pairs to run next.

        Args:
            has_begun: whether a pair has been run, so that it is not to have a turn; others may be given again.
        """
        swapping = {id(call) for call, footprint in self._lessons.alone if footprint.swaps}
        pairs = [each for each in self._pairs() if not _is_one_of(swapping, each[0])]
        own = chain(self._swapping_twins(swapping)[:1], _of_one_operation(pairs), self._twins(swapping))
        by_turns = zip_longest(*(filterfalse(has_begun, each) for each in (self._showing_new(pairs), own)))
        more = [pair for pair in chain.from_iterable(by_turns) if pair is not None]
        self.told += more
        return more

    def pairs(self) -> list[Pair]:
        """The pairs for the ways in which calls meet, as far as they are known."""
        return [pair for pair, _ in self._pairs()]

    def in_conflict(self) -> list[Pair]:
        """Those of them that are in conflict."""
        return [pair for pair, conflicts in self._pairs() if conflicts]

    def _showing_new(self, pairs: list[InConflict]) -> Iterator[Pair]:
        """The pairs that show what none has shown; first of all those of which one call deletes the other's parents."""
        orphaning = [each for each in pairs if _ids(each[0]) in self._orphaning]
        return chain.from_iterable(telling(some, self._known) for some in (orphaning, pairs))

    def _twins(self, swapping: Swapping) -> list[Pair]:
        """Calls with themselves, but those that compare and swap."""
        return _most_first(each for each in self._each_with_itself() if not _is_one_of(swapping, each[0]))

    def _swapping_twins(self, swapping: Swapping) -> list[Pair]:
        """Calls that compare and swap, with themselves: one of two is refused, and what becomes of it is alike."""
        return _most_first(each for each in self._each_with_itself() if _is_one_of(swapping, each[0]))

    def _each_with_itself(self) -> list[InConflict]:
        return [((each[0], each[0]), self._conflicts_of(each, each)) for each in self._lessons.writers]

    def _pairs(self) -> list[InConflict]:
        alone = {id(call): (call, footprint) for call, footprint in self._lessons.alone}
        for each in self._lessons.met().values():
            for pair in (each.ways[way] for way in each.ranked[:WAYS]):
                if _ids(pair) not in self._met:
                    self._meet(pair, *in_turn(*(alone[id(call)] for call in pair)))
        return list(self._met.values())

    def _meet(self, met: Pair, one: Alone, other: Alone) -> None:
        pair = (one[0], other[0])
        self._met[_ids(met)] = (pair, self._conflicts_of(one, other))
        if orphans(one, other):
            self._orphaning.add(_ids(pair))

    def _conflicts_of(self, one: Alone, other: Alone) -> frozenset[Conflict]:
        """The conflicts of two calls, computed once."""
        ids = _ids((one[0], other[0]))
        if ids not in self._conflicts:
            self._conflicts[ids] = conflicts_of(one, other)
        return self._conflicts[ids]


def in_turn(one: Alone, other: Alone) -> Sequence[Alone]:
    """Two calls, that first which the other is to come in between of.

    That is the one that deletes nothing, or else the one in more transactions: it looks at what may not be there any
    more.
    """
    return sorted((one, other), key=_comes_between)


def _comes_between(each: Alone) -> tuple[bool, int]:
    sent = each[1].sent
    return any(statement.deletes for statement in sent), -len({statement.transaction for statement in sent})


def _ids(pair: Pair) -> _Ids:
    return id(pair[0]), id(pair[1])


def _is_one_of(swapping: Swapping, pair: Pair) -> bool:
    """Whether a pair is one call with itself that compares and swaps."""
    return pair[0] is pair[1] and id(pair[0]) in swapping


def _of_one_operation(pairs: Iterable[InConflict]) -> list[Pair]:
    """Two calls of one operation: what it does about itself is mostly about one of its rows, not about another."""
    return _most_first(each for each in pairs if each[0][0].operation == each[0][1].operation)


def _most_first(pairs: Iterable[InConflict]) -> list[Pair]:
    """The pairs that are in conflict, those with the most conflicts first."""
    ranked = sorted(pairs, key=lambda each: len(each[1]), reverse=True)
    return [pair for pair, conflicts in ranked if conflicts]
