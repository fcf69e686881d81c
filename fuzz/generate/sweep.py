"""Sweeps: what is listed needs no luck.

Most races need one preemption only (Iterative Context Bounding, Musuvathi and Qadeer 2007), and most places for it make
no difference: so pairs of calls that meet are explored, those interleavings first that switch least. Where there are
more than two sessions, rings of more calls have their turn once the first classes of the pairs in conflict have been
run: what two calls show needs no third.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice, product
from math import factorial
from random import Random
from typing import TypeVar
from zlib import crc32

from fuzz.case import Case
from fuzz.engine.stage import NAMES
from fuzz.generate.exploration import Exploration
from fuzz.generate.lessons import SOME, Lessons
from fuzz.generate.meetings import Calls
from fuzz.generate.palettes import Act
from fuzz.generate.rings import rings
from fuzz.generate.telling import Telling
from fuzz.trial import Trial, Verdict

Made = TypeVar("Made")

INTERRUPTED = 3
"""Classes of interleavings of two calls, besides the serial one, that are run before the next two have their turn:
those that a race is among as a rule. `test_least_cases.py` asserts it of the zoo."""

AT_FIRST = 1 + INTERRUPTED
"""As many with the serial one; where none is interrupted, to let the other come first shows nothing new as a rule."""

ONE_INTERRUPTED = 2
"""Context switches when one of two calls is interrupted by the other."""

TURN = 80
"""Cases between two turns of learning, and between two of what has been learnt."""

FIRST_TURNS = (80, 140)
"""Cases of a turn of what the first lesson has told, and of one of the second lesson and of what that tells at once."""

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
        sessions: how many a case has at the most.
        share: of several processes that sweep together, which one this is, and how many there are. All learn the same,
            as nobody can do without; what is explored is shared.
    """

    def __init__(
        self,
        trial: Trial,
        lessons: Lessons,
        word: str,
        isolation: Sequence[str],
        chance: int,
        sessions: int = 2,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self._trial = trial
        self._lessons = lessons
        self._word = word
        self._isolation = isolation
        self._chance = chance
        self._sizes = range(2, sessions + 1)
        self._share = share
        self._telling = Telling(lessons)
        self._begun: set[tuple[object, ...]] = set()
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
        yield from by_turns(self._tell(weakest), self._learn(weakest, self._lessons.some(1)), *FIRST_TURNS)
        yield from by_turns(self._learn(weakest, self._lessons.all()), self._go_on_telling(others), TURN)
        yield from by_turns(self._rest(), self._rings(), TURN)
        yield from self._finish()

    def _rest(self) -> Iterator[Verdict]:
        """All other pairs that meet, and the rest of what was begun."""
        yield from self._begin(self._isolation, self._lessons.palettes().met)
        yield from self._finish()

    def _rings(self) -> Iterator[Verdict]:
        """The rings of three calls and more, those first that begin with the pairs which tell the most."""
        near = self._lessons.palettes().beside
        pairs = [*self._telling.told, *self._telling.pairs()]
        for size in self._sizes[1:]:
            for ring in rings(pairs, near, size):  # there are too many of them for one level after the other
                yield from self._begin(self._isolation, [ring])

    def _learn(self, level: str, lesson: Iterator[Verdict]) -> Iterator[Verdict]:
        """Run calls alone, some at a time, and what they tell."""
        while alone := list(islice(lesson, TURN)):
            yield from alone
            yield from self._tell(level)

    def _tell(self, level: str) -> Iterator[Verdict]:
        """Begin the pairs that show something new."""
        yield from self._begin([level], self._telling.more(lambda pair: _which(level, pair) in self._begun))

    def _go_on_telling(self, others: Sequence[str]) -> Iterator[Verdict]:
        """More of what was told at one level, then the same at the others; and all else that is in conflict."""
        yield from self._go_round()
        yield from self._begin(others, self._telling.told)
        yield from self._begin(self._isolation, self._telling.in_conflict())

    def _begin(self, levels: Sequence[str], groups: Iterable[Calls]) -> Iterator[Verdict]:
        """Run the first classes of calls, one a session, at one level after the other."""
        for level, calls in product(levels, groups):
            begun = _which(level, calls)
            if begun not in self._begun and is_in_share(repr([level, *sorted(map(str, calls))]), self._share):
                self._begun.add(begun)
                programs = {name: (call,) for name, call in zip(NAMES, calls, strict=False)}
                exploration = explored(self._trial, Case(self._word, level, programs, seed=self._chance))
                verdicts = exploration.verdicts()
                yield from islice(verdicts, factorial(len(calls)) - 1 + INTERRUPTED)
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
        for size in self._sizes:
            yield from map(self._trial, self._stale(size))

    def _stale(self, sessions: int = 2) -> Iterator[Case]:
        cases = stale_sessions(self._lessons.palettes().acts, self._word, self._isolation, self._chance, sessions)
        return (case for case in cases if is_in_share(str(case), self._share))


def _which(level: str, calls: Calls) -> tuple[object, ...]:
    """A level and calls, in whatever order they are."""
    return (level, *sorted(map(id, calls)))


def explored(trial: Trial, case: Case) -> Exploration:
    """The classes of a case, those in which only its first session is interrupted before those that begin otherwise."""
    return Exploration(trial, case, others_after=ONE_INTERRUPTED)


def is_in_share(text: str, share: tuple[int, int]) -> bool:
    """Whether what a text stands for belongs to a share: to one of so many, and in every process to the same."""
    which, of = share
    return crc32(text.encode()) % of == which


def by_turns(one: Iterator[Made], other: Iterator[Made], turn: int, others: int | None = None) -> Iterator[Made]:
    """So many of one, so many of the other, and so on to the ends of both.

    Args:
        one: has the first turn.
        other: has the second.
        turn: how many are a turn of the first.
        others: of the other; None: as many.
    """
    waiting = deque([(one, turn), (other, others or turn)])
    while waiting:
        each, most = waiting.popleft()
        yield from islice(each, most - 1)
        for last in islice(each, 1):
            yield last
            waiting.append((each, most))


def stale_sessions(
    acts: Sequence[Act], word: str, isolation: Sequence[str], chance: int, sessions: int = 2
) -> Iterator[Case]:
    """Cases of long sessions: A touches rows, B writes one of them and commits, A writes by what it knows.

    Where there are more sessions, C does what meets B before A goes on, and so on.

    Args:
        acts: what can be done.
        word: the TARGET word.
        isolation: the levels, in turn.
        chance: seed of the order, which is random, and of the cases' clock and dice.
        sessions: how many there are.
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
    random = Random(chance)  # noqa: S311 - a campaign must repeat
    random.shuffle(triples)
    for opening, writer, closing in triples:
        others = _joined(writer, acts, sessions - 2, random)
        between = dict(zip(NAMES[1:], others, strict=False))
        programs = {"A": opening.calls + closing.calls, **{name: act.calls for name, act in between.items()}}
        turns = ("A" * opening.alone.steps, *(name * act.alone.steps * LONGER for name, act in between.items()))
        yield Case(word, next(levels), programs, tuple("".join(turns)), chance)


def _joined(writer: Act, acts: Sequence[Act], more: int, random: Random) -> Sequence[Act]:
    """An act, and so many more that meet it; it meets itself."""
    if not more:
        return [writer]
    near = [act for act in acts if act.alone.meets(writer.alone)]
    return [writer, *(random.choice(near) for _ in range(more))]
