"""Sweeps: what is listed needs no luck.

Most races need one preemption only (Iterative Context Bounding, Musuvathi and Qadeer 2007), and most places for it make
no difference: so pairs of calls that meet are explored, those interleavings first that switch least.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, cycle, islice, product, zip_longest
from random import Random
from typing import TypeVar

from fuzz.case import Case
from fuzz.generate.coverage import Conflict, conflicts_of, orphans, telling
from fuzz.generate.exploration import Exploration
from fuzz.generate.lessons import SOME, Lessons
from fuzz.generate.meetings import WAYS, Alone, Pair
from fuzz.generate.palettes import Act
from fuzz.trial import Trial, Verdict

Made = TypeVar("Made")

AT_FIRST = 5
"""Classes of interleavings of two calls that are run before the next two have their turn: the two serial ones, and
those that a race is among as a rule: `test_least_cases.py` asserts it of the zoo."""

TURN = 40
"""Cases between two turns of learning, and between two of what has been learnt."""

FIRST_TURN = 120
"""Cases between two turns of what the first lesson has told, and between two of the second lesson."""

LONGER = 3
"""How many times its length alone a call may take beside another, which can make it try again."""

AT_FIRST_LASTING = 300
"""Cases of long sessions that are run by what some calls have taught, before all are learnt about."""


class Sweep:
    """What comes of the cases that can be listed.

    Args:
        trial: runs and judges.
        lessons: teaches what to list.
        word: the TARGET word.
        isolation: the levels, as keys of `fuzz.case.ISOLATION`.
        chance: seed of the cases' clock and dice, and of what is drawn.
    """

    def __init__(self, trial: Trial, lessons: Lessons, word: str, isolation: Sequence[str], chance: int) -> None:
        self._trial = trial
        self._lessons = lessons
        self._word = word
        self._isolation = isolation
        self._chance = chance
        self._known: set[Conflict] = set()
        self._told: list[Pair] = []
        self._computed: dict[tuple[int, int], frozenset[Conflict]] = {}
        self._met: dict[tuple[int, int], tuple[Pair, frozenset[Conflict]]] = {}
        self._orphaning: set[tuple[int, int]] = set()
        self._begun: set[tuple[str, int, int]] = set()
        self._unfinished: deque[Iterator[Verdict]] = deque()

    def verdicts(self) -> Iterator[Verdict]:
        """Run calls alone, then with each other, until all that is listed has been run."""
        return self._lasting() if self._lessons.lasting else self._meeting()

    def _meeting(self) -> Iterator[Verdict]:
        """The pairs of calls that meet: a few classes of each, those that tell the most first, then the rest.

        The weakest level comes first: what goes wrong above it does there, as a rule.
        """
        weakest, *others = self._isolation
        yield from self._lessons.some(0)
        yield from by_turns(self._tell(weakest), self._learn(weakest, self._lessons.some(1)), FIRST_TURN)
        yield from by_turns(self._learn(weakest, self._lessons.all()), self._go_on_telling(others), TURN)
        yield from self._begin(self._isolation, self._lessons.palettes().met)
        yield from self._finish()

    def _learn(self, level: str, lesson: Iterator[Verdict]) -> Iterator[Verdict]:
        """Run calls alone, some at a time, and what they tell."""
        while alone := list(islice(lesson, TURN)):
            yield from alone
            yield from self._tell(level)

    def _tell(self, level: str) -> Iterator[Verdict]:
        """Begin the pairs that show something new."""
        pairs = self._telling()
        self._told += pairs
        yield from self._begin([level], pairs)

    def _go_on_telling(self, others: Sequence[str]) -> Iterator[Verdict]:
        """More of what was told at one level, then the same at the others; and all else that is in conflict."""
        yield from self._go_round()
        yield from self._begin(others, self._told)
        yield from self._begin(self._isolation, [pair for pair, conflicts in self._pairs() if conflicts])

    def _telling(self) -> list[Pair]:
        """Pairs that show new conflicts and, by turns, each operation's call with itself: it conflicts both ways."""
        twins = [(each, self._conflicts(each, each)) for each in self._lessons.writers]
        twins.sort(key=lambda twin: len(twin[1]), reverse=True)
        pairs = self._pairs()
        orphaning = [(pair, conflicts) for pair, conflicts in pairs if (id(pair[0]), id(pair[1])) in self._orphaning]
        told = chain.from_iterable(telling(some, self._known) for some in (orphaning, pairs))
        turns = zip_longest(told, ((call, call) for (call, _), conflicts in twins if conflicts))
        return [pair for pair in chain.from_iterable(turns) if pair is not None]

    def _pairs(self) -> list[tuple[Pair, frozenset[Conflict]]]:
        """The pairs for the ways in which calls meet, each with its conflicts."""
        alone = {id(call): (call, footprint) for call, footprint in self._lessons.alone}
        for each in self._lessons.met().values():
            for one, other in (each.ways[way] for way in each.ranked[:WAYS]):
                if (id(one), id(other)) not in self._met:
                    calls = alone[id(one)], alone[id(other)]
                    self._met[id(one), id(other)] = ((one, other), self._conflicts(*calls))
                    if orphans(*calls):
                        self._orphaning.add((id(one), id(other)))
        return list(self._met.values())

    def _conflicts(self, one: Alone, other: Alone) -> frozenset[Conflict]:
        """The conflicts of two calls, computed once."""
        calls = id(one[0]), id(other[0])
        if calls not in self._computed:
            self._computed[calls] = conflicts_of(one, other)
        return self._computed[calls]

    def _begin(self, levels: Sequence[str], pairs: Iterable[Pair]) -> Iterator[Verdict]:
        """Run the first classes of pairs of calls, at one level after the other."""
        for level, (one, other) in product(levels, pairs):
            if (level, id(one), id(other)) not in self._begun:
                self._begun.add((level, id(one), id(other)))
                case = Case(self._word, level, {"A": (one,), "B": (other,)}, seed=self._chance)
                exploration = Exploration(self._trial, case)
                verdicts = exploration.verdicts()
                yield from islice(verdicts, AT_FIRST)
                if exploration.left:
                    self._unfinished.append(verdicts)

    def _finish(self) -> Iterator[Verdict]:
        """Run the rest of what was begun, some of each in turn."""
        while self._unfinished:
            yield from self._go_round()

    def _go_round(self) -> Iterator[Verdict]:
        """Run some more of each pair that has not come to its end."""
        for _ in range(len(self._unfinished)):
            verdicts = self._unfinished.popleft()
            some = list(islice(verdicts, AT_FIRST))
            yield from some
            if len(some) == AT_FIRST:
                self._unfinished.append(verdicts)

    def _lasting(self) -> Iterator[Verdict]:
        yield from self._lessons.all(SOME)
        yield from islice(map(self._trial, self._stale()), AT_FIRST_LASTING)
        yield from self._lessons.all()
        yield from map(self._trial, self._stale())

    def _stale(self) -> Iterator[Case]:
        return stale_sessions(self._lessons.palettes().acts, self._word, self._isolation, self._chance)


def by_turns(one: Iterator[Made], other: Iterator[Made], turn: int) -> Iterator[Made]:
    """So many of one, so many of the other, and so on to the ends of both."""
    waiting = deque([one, other])
    while waiting:
        each = waiting.popleft()
        yield from islice(each, turn - 1)
        for last in islice(each, 1):
            yield last
            waiting.append(each)


def stale_sessions(acts: Sequence[Act], word: str, isolation: Sequence[str], chance: int) -> Iterator[Case]:
    """Cases of long sessions: A touches rows, B writes one of them and commits, A writes by what it knows.

    Args:
        acts: what can be done.
        word: the TARGET word.
        isolation: the levels, in turn.
        chance: seed of the order, which is random, and of the cases' clock and dice.
    """
    levels = cycle(isolation)
    writers = [act for act in acts if act.alone.writes]
    triples = [
        (opening, writer, closing)
        for opening in acts
        for writer in writers
        if opening.alone.touches & writer.alone.writes
        for closing in writers
        if closing.alone.touches & writer.alone.writes
    ]
    Random(chance).shuffle(triples)  # noqa: S311 - a campaign must repeat
    for opening, writer, closing in triples:
        programs = {"A": opening.calls + closing.calls, "B": writer.calls}
        schedule = ("A",) * opening.alone.steps + ("B",) * writer.alone.steps * LONGER
        yield Case(word, next(levels), programs, schedule, chance)
