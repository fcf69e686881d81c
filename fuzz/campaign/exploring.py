"""Every interleaving that matters of every two operations, or of two that are named: the race matrix."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from fuzz.campaign.confirmation import confirm
from fuzz.campaign.interruption import interruptions
from fuzz.case import ISOLATION, Call, Case
from fuzz.finding import Finding
from fuzz.generate.calls import simpler
from fuzz.generate.exploration import Exploration
from fuzz.generate.meetings import Pair
from fuzz.minimise import Minimiser
from fuzz.trial import Trial, Verdict
from fuzz.violations import Violation

_DEADLOCK = "40P01"


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of two calls at one isolation level.

    Attributes:
        pair: the calls.
        isolation: a key of `fuzz.case.ISOLATION`.
        classes: how many classes of equivalent interleavings were run.
        left: how many beginnings of others were not, as time was up; 0: all were run.
        kinds: the violations of all of them: kind -> signatures.
        blocked: in how many a session waited for the other.
        deadlocked: in how many PostgreSQL ended a deadlock.
    """

    pair: Pair
    isolation: str
    classes: int
    left: int
    kinds: Mapping[str, frozenset[str]]
    blocked: int
    deadlocked: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """How far an exploration is, or how it ended.

    Attributes:
        target: the TARGET word.
        seed: of the clock, the dice, and what arguments were drawn.
        postgres: the server's version.
        isolation: the levels, as keys of `fuzz.case.ISOLATION`.
        elapsed_s: seconds since the start.
        runs: how many interleavings were run.
        cells: two operations -> what came of their calls so far; none, where they touch no table in common.
        pairs: how many pairs of calls there are to explore, at all levels.
        findings: so far, in the order they were found.
        nondeterministic: signatures of violations that did not repeat, with the case as JSON text.
        interrupted: whether the user ended it.
    """

    target: str
    seed: int
    postgres: str
    isolation: tuple[str, ...]
    elapsed_s: float
    runs: int
    cells: Mapping[tuple[str, str], tuple[Explored, ...]]
    pairs: int
    findings: tuple[Finding, ...]
    nondeterministic: Mapping[str, str]
    interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every class of every pair was run: only then does "nothing found" mean that there is nothing."""
        explored = [each for cell in self.cells.values() for each in cell]
        return len(explored) == self.pairs and not any(each.left for each in explored)

    @property
    def exit(self) -> int:
        """The exit status that this comes to; a budget that was spent is no pass."""
        if self.interrupted:
            return 130
        if self.findings:
            return 1
        return 0 if self.is_whole and not self.nondeterministic else 3


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


def explore(
    trial: Trial,
    meetings: Mapping[tuple[str, str], Sequence[Pair]],
    *,
    word: str,
    seed: int,
    isolation: tuple[str, ...],
    seconds: float,
    postgres: str,
    calls: Sequence[Call],
) -> Iterator[MatrixEvent]:
    """Explore pairs of calls, each in a session of its own.

    Args:
        trial: runs and judges.
        meetings: two operations -> pairs of their calls.
        word: the TARGET word, for the cases.
        seed: of the cases' clock and dice.
        isolation: the levels to explore each pair at.
        seconds: that all may take.
        postgres: the server's version.
        calls: what to try in a call's stead when a finding is minimised.

    Yields:
        What happens; the last event is `MatrixEnded`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    with interruptions() as interruption:
        exploring = _Exploring(trial, meetings, word, seed, isolation, seconds, postgres, calls)
        try:
            while (ongoing := exploring.next()) is not None:
                interruption.check()
                yield from exploring.go_on(ongoing)
        except KeyboardInterrupt:
            yield MatrixEnded(replace(exploring.so_far(), interrupted=True))
        else:
            yield MatrixEnded(exploring.so_far())


class _Ongoing:
    """Two calls at one level, whose exploration can be broken off and taken up again."""

    def __init__(self, operations: tuple[str, str], pair: Pair, trial: Trial, case: Case) -> None:
        self.operations = operations
        self._pair = pair
        self._level = case.isolation
        self._exploration = Exploration(trial, case)
        self._verdicts = self._exploration.verdicts()
        self._kinds: dict[str, set[str]] = {}
        self._seen: Counter[str] = Counter()

    @property
    def is_begun(self) -> bool:
        """Whether anything has been run."""
        return self._exploration.runs > 0

    @property
    def runs(self) -> int:
        """How many interleavings have been run."""
        return self._exploration.runs

    def next(self) -> Verdict | None:
        """What came of the next class; None: there is no more."""
        verdict = next(self._verdicts, None)
        if verdict is not None:
            self._seen.update(_signs(verdict))
            for violation in verdict.violations:
                self._kinds.setdefault(violation.kind, set()).add(violation.signature)
        return verdict

    def so_far(self) -> Explored:
        """What came of it so far."""
        kinds = {kind: frozenset(signatures) for kind, signatures in self._kinds.items()}
        classes, left = self._exploration.classes, self._exploration.left
        return Explored(self._pair, self._level, classes, left, kinds, self._seen["blocked"], self._seen["deadlocked"])


class _Exploring:
    """All pairs in turn, and round and round those that have not come to their end: none takes the time of all."""

    def __init__(
        self,
        trial: Trial,
        meetings: Mapping[tuple[str, str], Sequence[Pair]],
        word: str,
        seed: int,
        isolation: tuple[str, ...],
        seconds: float,
        postgres: str,
        calls: Sequence[Call],
    ) -> None:
        self._trial = trial
        self._word = word
        self._seed = seed
        self._isolation = isolation
        self._postgres = postgres
        self._calls = calls
        self._start = monotonic()
        self._seconds = seconds
        self._operations = tuple(meetings)
        self._all = [
            _Ongoing(operations, pair, trial, Case(word, level, {"A": (pair[0],), "B": (pair[1],)}, seed=seed))
            for operations, pairs in meetings.items()
            for pair in pairs
            for level in isolation
        ]
        self._waiting = deque(self._all)
        self._findings: dict[str, Finding] = {}
        self._nondeterministic: dict[str, str] = {}

    def so_far(self) -> Matrix:
        """How far the exploration is."""
        cells: dict[tuple[str, str], tuple[Explored, ...]] = dict.fromkeys(self._operations, ())
        for ongoing in self._all:
            if ongoing.is_begun:
                cells[ongoing.operations] = (*cells[ongoing.operations], ongoing.so_far())
        return Matrix(
            self._word,
            self._seed,
            self._postgres,
            self._isolation,
            self._elapsed_s(),
            sum(ongoing.runs for ongoing in self._all),
            cells,
            len(self._all),
            tuple(self._findings.values()),
            dict(self._nondeterministic),
        )

    def next(self) -> _Ongoing | None:
        """Which pair is to go on; None: all are done, or time is up."""
        return self._waiting.popleft() if self._waiting and self._elapsed_s() < self._seconds else None

    def go_on(self, ongoing: _Ongoing) -> Iterator[MatrixEvent]:
        """Explore a pair for its share of the time that is left."""
        until = self._elapsed_s() + (self._seconds - self._elapsed_s()) / (len(self._waiting) + 1)
        while (verdict := ongoing.next()) is not None:
            yield from self._find(verdict)
            if self._elapsed_s() >= until:
                self._waiting.append(ongoing)
                break
        yield PairExplored(self.so_far)

    def _elapsed_s(self) -> float:
        return monotonic() - self._start

    def _find(self, verdict: Verdict) -> Iterator[MatrixEvent]:
        """Make a finding of the most telling violation, if that is not known."""
        for violation in verdict.violations[:1]:
            if violation.signature not in self._findings and violation.signature not in self._nondeterministic:
                yield from self._keep(verdict, violation)

    def _keep(self, verdict: Verdict, violation: Violation) -> Iterator[MatrixEvent]:
        levels = [level for level in ISOLATION if level in self._isolation]
        seen_s = self._elapsed_s()
        minimise = Minimiser(self._trial, violation.signature, levels)
        least = minimise(verdict, lambda call: simpler(call, self._calls))
        seed, postgres = self._seed, self._postgres
        finding = confirm(self._trial, violation.signature, least, seed=seed, postgres=postgres, first_seen_s=seen_s)
        if finding is None:
            self._nondeterministic[violation.signature] = least.history.case.dumps()
        else:
            self._findings[violation.signature] = finding
            yield RaceFound(finding)


def _signs(verdict: Verdict) -> Iterator[str]:
    """Whether a session waited, and whether there was a deadlock."""
    steps = verdict.history.steps
    if any(step.waited_for for step in steps):
        yield "blocked"
    if any(step.failure is not None and step.failure.sqlstate == _DEADLOCK for step in steps):
        yield "deadlocked"
