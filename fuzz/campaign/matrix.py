"""The race matrix: what came of every two operations, and what an exploration tells while it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fuzz.case import Call, Case
from fuzz.checks.counts import Waits
from fuzz.engine.stage import NAMES
from fuzz.finding import Finding
from fuzz.generate.meetings import Operations
from fuzz.generate.programs import Program
from fuzz.trial import Verdict

Programs = tuple[Program, ...]
"""One a session."""

Share = Mapping[Operations, Sequence[Programs]]
"""Operations -> their programs."""

Unit = tuple[Operations, Programs]
"""Operations, and programs of theirs that are explored at all levels, by one process."""

Failing = frozenset[tuple[str, str]]
"""Operations, and exceptions of theirs that need no concurrency: bugs, but no races."""


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of programs at one isolation level.

    Attributes:
        invoked: the programs, one a session.
        isolation: a key of `fuzz.case.ISOLATION`.
        classes: how many classes of equivalent interleavings are known what comes of; 0: it was not begun.
        left: how many beginnings of others were not, as time was up, each of which may bring more; 0: all were run.
        kinds: the violations of all of them: kind -> signatures.
        blocked: in how many a session waited for the other.
        deadlocked: in how many PostgreSQL ended a deadlock.
        beyond: how many beginnings of others take more context switches than were asked for.
        runs: how many interleavings were run; serial orders need not be at every level.
        interleavings: how many there are, by the lengths of the first one; 0: it was not begun.
        asked: how many of them have no more context switches than were asked for.
        paused: waits of a session for another one in Python, which no interleaving got past.
        fails_alone: (operation, exception) pairs that need no concurrency.
    """

    invoked: Programs
    isolation: str
    classes: int
    left: int
    kinds: Mapping[str, frozenset[str]]
    blocked: int
    deadlocked: int
    beyond: int = 0
    runs: int = 0
    interleavings: int = 0
    asked: int = 0
    paused: Waits = field(default_factory=dict)
    fails_alone: Failing = frozenset()

    @property
    def has_begun(self) -> bool:
        """Whether anything is known."""
        return self.classes > 0

    @property
    def is_whole(self) -> bool:
        """Whether every class that was asked for has been run."""
        return not self.left

    @property
    def covered(self) -> int:
        """How many interleavings its classes are of, once all are run: of more switches only where none is left out."""
        return self.asked if self.beyond else self.interleavings


@dataclass(frozen=True, slots=True)
class Terms:
    """What is explored, and how.

    Attributes:
        target: the TARGET word, for the cases.
        seed: of the cases' clock and dice, and of what arguments were drawn.
        isolation: the levels to explore each pair at, as keys of `fuzz.case.ISOLATION`.
        seconds: that all may take.
        postgres: the server's version.
        calls: what to try in a call's stead when a finding is minimised.
        switches: the most context switches; None: any number.
        unlearnt: how many of the calls were not run alone first, so that nothing is known of whom they meet.
        hanging: operations that were left out, as they hang by themselves -> what was seen of each.
        fails_alone: (operation, exception) pairs that were seen in what was run alone first.
        sessions: their names.
        checks: names of those that apply; empty: the target's.
    """

    target: str
    seed: int
    isolation: tuple[str, ...]
    seconds: float
    postgres: str
    calls: Sequence[Call]
    switches: int | None = None
    unlearnt: int = 0
    hanging: Mapping[str, str] = field(default_factory=dict)
    fails_alone: Failing = frozenset()
    sessions: Sequence[str] = NAMES
    checks: tuple[str, ...] = ()

    def case(self, invoked: Programs, level: str) -> Case:
        """The case of some programs, a session each."""
        programs = {name: program.calls for name, program in zip(self.sessions, invoked, strict=False)}
        return Case(self.target, level, programs, seed=self.seed, checks=self.checks)


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to be done.

    Attributes:
        share: what is to be explored.
        terms: at which levels, for how long.
        wrong: what was run alone first, and has a violation already.
    """

    share: Share
    terms: Terms
    wrong: Sequence[Verdict] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """How far an exploration is, or how it ended.

    Attributes:
        terms: what is explored, and how.
        elapsed_s: seconds since the start.
        runs: how many interleavings were run.
        cells: operations -> what came of their calls at each level so far; none, where no calls of theirs meet. Empty
            while calls are still run alone.
        findings: so far, in the order they were found.
        nondeterministic: signatures of violations that did not repeat, with the case as JSON text.
        interrupted: whether the user ended it.
    """

    terms: Terms
    elapsed_s: float
    runs: int
    cells: Mapping[Operations, tuple[Explored, ...]]
    findings: tuple[Finding, ...]
    nondeterministic: Mapping[str, str]
    interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every class of every pair was run: only then does "nothing found" mean that there is nothing."""
        return bool(self.cells) and all(each.is_whole for each in self.explored)

    @property
    def fails_alone(self) -> Sequence[tuple[str, str]]:
        """Operations, and exceptions of theirs that need no concurrency."""
        return sorted(self.terms.fails_alone.union(*(each.fails_alone for each in self.explored)))

    @property
    def paused(self) -> Waits:
        """Waits in Python, as in `Explored`."""
        return paused_in(self.explored)

    @property
    def is_bounded(self) -> bool:
        """Whether some interleavings were left out, as they take more context switches than were asked for."""
        return any(each.beyond for each in self.explored)

    @property
    def explored(self) -> Sequence[Explored]:
        """What came of all calls at each level."""
        return [each for cell in self.cells.values() for each in cell]

    @property
    def exit(self) -> int:
        """The exit status that this comes to; a budget that was spent is no pass.

        Who bounds the switches has asked for no more than what was run then: it passes, and is told what it holds for.
        """
        if self.interrupted:
            return 130
        if self.findings:
            return 1
        return 0 if self.is_whole and not self.nondeterministic and not self.terms.hanging else 3


def signatures_in(explored: Iterable[Explored]) -> frozenset[str]:
    """The signatures of all violations of some calls."""
    return frozenset(each for one in explored for found in one.kinds.values() for each in found)


def paused_in(explored: Iterable[Explored]) -> Waits:
    """All waits in Python of some calls."""
    return sum((Counter(each.paused) for each in explored), Counter())


@dataclass(frozen=True, slots=True)
class PairExplored:
    """Two calls have been explored, to the end or for a while; `matrix` tells how far all is."""

    matrix: Callable[[], Matrix]


@dataclass(frozen=True, slots=True)
class RaceFound:
    """A finding is ready."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class MatrixEnded:
    """The exploration is over."""

    matrix: Matrix


MatrixEvent = PairExplored | RaceFound | MatrixEnded
