"""Every interleaving that matters of every two operations, or of two that are named: the race matrix."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice, zip_longest
from time import monotonic

from fuzz.campaign.garbage import no_garbage_so_far
from fuzz.campaign.interruption import interruptions
from fuzz.campaign.matrix import (
    Agenda,
    Explored,
    Matrix,
    MatrixEnded,
    MatrixEvent,
    PairExplored,
    Programs,
    Share,
    Unit,
)
from fuzz.campaign.sightings import Sightings
from fuzz.case import Case
from fuzz.generate.exploration import Exploration
from fuzz.generate.meetings import Operations
from fuzz.trial import Trial, Verdict

_DEADLOCK = "40P01"

TURN = 40
"""Classes of a pair that are run before the next pair has its turn; few pairs have more."""


def units(meetings: Share) -> Iterator[Unit]:
    """All that is to be explored, in the order of turns: of each two operations one before any has its second."""
    rounds = zip_longest(*([(operations, pair) for pair in pairs] for operations, pairs in meetings.items()))
    return filter(None, chain.from_iterable(rounds))


def explore(trial: Trial, agenda: Agenda, handed: Iterable[Unit] = ()) -> Iterator[MatrixEvent]:
    """Explore pairs of programs, each in a session of its own.

    Args:
        trial: runs and judges.
        agenda: what is to be done.
        handed: what is to be explored besides, asked for when all else has had a turn; it may wait for somebody.

    Yields:
        What happens; the last event is `MatrixEnded`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    with interruptions() as interruption:
        exploring = _Exploring(trial, agenda, handed)
        try:
            with no_garbage_so_far():
                yield from interruption.told(exploring.sightings.begin(agenda.wrong))
                while (ongoing := exploring.next()) is not None:
                    interruption.check()
                    yield from interruption.told(exploring.go_on(ongoing))
        except KeyboardInterrupt:
            ended = replace(exploring.so_far(), interrupted=True)
        else:
            ended = exploring.so_far()
    yield MatrixEnded(ended)  # whoever hears it asks for no more: Ctrl-C is Python's again before


class _Ongoing:
    """Two programs at one level, whose exploration can be broken off and taken up again.

    Args:
        operations: theirs.
        programs: they.
        trial: runs and judges.
        case: they at this level.
        switches: the most that an interleaving is expected to take; None: any number.
        serial: what came of their serial orders at one level, for the others; it grows.
    """

    def __init__(
        self,
        operations: Operations,
        programs: Programs,
        trial: Trial,
        case: Case,
        switches: int | None,
        serial: list[Verdict],
    ) -> None:
        self.operations = operations
        self._programs = programs
        self._trial = trial
        self._level = case.isolation
        self._serial = serial
        self._exploration = Exploration(trial, case, switches, self._known)
        self._verdicts = self._exploration.verdicts()
        self._kinds: dict[str, set[str]] = {}
        self._seen: Counter[str] = Counter()
        self._paused: Counter[tuple[str, str]] = Counter()
        self._fails_alone: set[tuple[str, str]] = set()

    @property
    def runs(self) -> int:
        """How many interleavings have been run."""
        return self._exploration.runs

    def next(self) -> Verdict | None:
        """What came of the next class; None: there is no more."""
        verdict = next(self._verdicts, None)
        if verdict is None:
            self._serial = []  # with its last reader, what came of them goes: of all pairs, it is hundreds of megabytes
        else:
            self._seen.update(_signs(verdict))
            self._paused.update(verdict.counts.paused)
            self._fails_alone.update(verdict.alone)
            self._keep_serial(verdict)
            for violation in verdict.violations:
                self._kinds.setdefault(violation.kind, set()).add(violation.signature)
        return verdict

    def _keep_serial(self, verdict: Verdict) -> None:
        """Keep what came of a serial order, once for all levels."""
        schedules = {each.history.case.schedule for each in self._serial}
        if verdict.history.case.schedule not in schedules and self._trial.is_serial(verdict):
            self._serial.append(verdict)

    def _known(self) -> Iterator[Verdict]:
        """What is known to come of the serial orders at this level."""
        found = (self._trial.at_level(verdict, self._level) for verdict in self._serial)
        return (verdict for verdict in found if verdict is not None)

    def so_far(self) -> Explored:
        """What came of it so far."""
        run = self._exploration
        return Explored(
            self._programs,
            self._level,
            run.classes,
            run.left if run.classes else 1,
            {kind: frozenset(signatures) for kind, signatures in self._kinds.items()},
            self._seen["blocked"],
            self._seen["deadlocked"],
            run.beyond,
            run.runs,
            run.interleavings,
            run.asked,
            dict(self._paused),
            frozenset(self._fails_alone),
        )


class _Exploring:
    """All pairs in turn, and round and round those that have not come to their end: none takes the time of all.

    Each two operations have a turn before any has its second. A pair has its levels one after the other, the weakest
    first: what it sends is prepared by then, in the driver and in the server.

    Attributes:
        sightings: makes findings of what is seen.
    """

    def __init__(self, trial: Trial, agenda: Agenda, handed: Iterable[Unit]) -> None:
        self._trial = trial
        self._terms = agenda.terms
        self._start = monotonic()
        self._cells: dict[Operations, list[_Ongoing]] = {operations: [] for operations in agenda.share}
        self._fresh = deque[_Ongoing]()
        self._again = deque[_Ongoing]()
        self._take(units(agenda.share))
        self._handed = iter(handed)
        self.sightings = Sightings(trial, agenda.terms)

    def so_far(self) -> Matrix:
        """How far the exploration is."""
        return Matrix(
            self._terms,
            self._elapsed_s(),
            sum(ongoing.runs for ongoing in chain.from_iterable(self._cells.values())),
            {operations: tuple(each.so_far() for each in cell) for operations, cell in self._cells.items()},
            tuple(self.sightings.confirmation.findings.values()),
            dict(self.sightings.confirmation.nondeterministic),
        )

    def next(self) -> _Ongoing | None:
        """Which pair is to go on; None: all are done, or time is up."""
        if self._elapsed_s() >= self._terms.seconds:
            return None
        if not self._fresh:
            self._take(islice(self._handed, 1))
        waiting = self._fresh or self._again
        return waiting.popleft() if waiting else None

    def _take(self, given: Iterable[Unit]) -> None:
        """Have some units explored."""
        terms = self._terms
        for operations, pair in given:
            serial: list[Verdict] = []
            at_levels = [
                _Ongoing(operations, pair, self._trial, terms.case(pair, level), terms.switches, serial)
                for level in terms.isolation
            ]
            self._cells.setdefault(operations, []).extend(at_levels)
            self._fresh.extend(at_levels)

    def go_on(self, ongoing: _Ongoing) -> Iterator[MatrixEvent]:
        """Explore a pair, up to the end of its turn."""
        for _ in range(TURN):
            verdict = ongoing.next()
            if verdict is None:
                break
            yield from self.sightings.find(verdict, self._elapsed_s())
            if self._elapsed_s() >= self._terms.seconds:
                break
        else:
            self._again.append(ongoing)
        yield PairExplored(self.so_far)

    def _elapsed_s(self) -> float:
        return monotonic() - self._start


def _signs(verdict: Verdict) -> Iterator[str]:
    """Whether a session waited, and whether there was a deadlock."""
    steps = verdict.history.steps
    if any(step.waited_for for step in steps):
        yield "blocked"
    if any(step.failure is not None and step.failure.sqlstate == _DEADLOCK for step in steps):
        yield "deadlocked"
