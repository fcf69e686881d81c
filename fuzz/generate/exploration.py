"""Every class of equivalent interleavings of a case's programs, each run once, those with few context switches first.

From each run, every two steps that do not commute and could have come the other way round give another beginning. One
that a run had already is passed over; the others wait until those with fewer context switches have been run, where a
session that blocks makes one more than was to be expected. When none waits, every class has been run: dynamic partial
order reduction (Flanagan and Godefroid 2005), without a stack, so that the order is free.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from fuzz.case import Case
from fuzz.generate.counting import interleavings, interleavings_within
from fuzz.traces import Beginning, Start
from fuzz.traces.trace import Event, Turn
from fuzz.trial import Trial, Verdict

SPARE = 10_000
"""More turns than a program takes: who begins to move goes on to its end."""

_Waiting = tuple[int, int, Beginning]
"""Context switches, its own or those that it comes after, when it was found, and the beginning."""


@dataclass(slots=True)
class Exploration:
    """Explores the interleavings of a case.

    Args:
        trial: runs and judges.
        case: its programs and isolation level count, its schedule does not.
        switches: the most context switches that an interleaving is expected to take; None: any number.
        known: what came of some interleavings, which need not be run; asked for when the exploration begins.
        others_after: when to let another session than the first begin: after the interleavings with so many context
            switches that follow from the first run.

    Attributes:
        runs: how many interleavings have been run.
        classes: how many of them, and of those known before, were not equivalent to one before.
        beyond: how many beginnings take more switches; some of them may be of classes that were run.
        lengths: how many turns each session had in the first interleaving; none before it.
    """

    trial: Trial
    case: Case
    switches: int | None = None
    known: Callable[[], Iterable[Verdict]] = tuple
    others_after: int = 0
    runs: int = 0
    classes: int = 0
    beyond: int = 0
    lengths: tuple[int, ...] = ()
    _with: defaultdict[Event, int] = field(default_factory=lambda: defaultdict(int))
    _turns: defaultdict[Turn, dict[Event, frozenset[Event]]] = field(default_factory=lambda: defaultdict(dict))
    _waiting: list[_Waiting] = field(default_factory=list)
    _met: set[Start] = field(default_factory=set)
    _found: int = 0

    @property
    def left(self) -> int:
        """How many beginnings wait to be run; some of them may be passed over then, and each may bring others."""
        return len(self._waiting)

    @property
    def interleavings(self) -> int:
        """How many interleavings there are, if all take as many turns as the first; 0 before it."""
        return interleavings(self.lengths) if self.lengths else 0

    @property
    def asked(self) -> int:
        """How many of them have no more context switches than were asked for."""
        if self.switches is None or not self.lengths:
            return self.interleavings
        return interleavings_within(self.switches, self.lengths)

    def verdicts(self) -> Iterator[Verdict]:
        """Run and judge one interleaving of each class, those with few context switches first.

        Yields:
            What came of each; to stop is to leave out the rest.
        """
        begun = set[str]()
        for verdict in self.known():
            begun.add(verdict.history.case.schedule[0])
            yield from self._add(verdict)
        first, *others = self.case.programs
        if first not in begun:
            yield from self._run(Beginning(Start(frozenset(), (first, 0)), (first,), 0))
        if self._met:  # the sessions meet, so that another one first gives another class
            for place, other in enumerate(others, 1):
                if other not in begun:
                    never = frozenset({-place})  # an event that no run has had
                    self._wait(Beginning(Start(never, (other, 0)), (other,), 0), self.others_after)
        while self._waiting:
            _, _, beginning = heappop(self._waiting)
            if not self._has_been_run(beginning.start):
                yield from self._run(beginning)
        for known in (self._with, self._turns, self._met):
            known.clear()  # nobody asks any more

    def _run(self, beginning: Beginning) -> Iterator[Verdict]:
        """Run a beginning, and by another schedule, too, where the first has not come to it.

        Whether steps commute is read from one run, and may not hold in another: of a transaction that is refused later,
        less is known of what its statements wrote.
        """
        for schedule in filter(None, (beginning.schedule, beginning.other)):
            verdict = self.trial(self.case.scheduled((*schedule, *schedule[-1:] * SPARE)), remember=True)
            self.runs += 1
            yield from self._add(verdict)
            if self._has_been_run(beginning.start):
                break

    def _add(self, verdict: Verdict) -> Iterator[Verdict]:
        """Count an interleaving, if it is of a new class, and look for others."""
        self.lengths = self.lengths or tuple(Counter(session for session, _ in verdict.history.turns).values())
        trace = verdict.trace
        if self._runs_with(trace.events):
            return
        for start, event in trace.turns:
            self._with[event] |= 1 << self.classes
            self._turns[start.turn][event] = start.events
        self.classes += 1
        for other in trace.reversals(lambda start: start in self._met or self._has_been_run(start)):
            self._wait(other)
        yield verdict

    def _wait(self, beginning: Beginning, after: int = 0) -> None:
        self._met.add(beginning.start)
        if self.switches is not None and beginning.switches > self.switches:
            self.beyond += 1
            return
        heappush(self._waiting, (max(beginning.switches, after), self._found, beginning))
        self._found += 1

    def _has_been_run(self, start: Start) -> bool:
        """Whether a run began so: it had all the events, and in the turn nothing but them had happened before."""
        before = self._runs_with(start.events)
        return bool(before) and any(
            before & self._with[event] and past <= start.events for event, past in self._turns[start.turn].items()
        )

    def _runs_with(self, events: Iterable[Event]) -> int:
        """The runs that had all of some events, as the bits of a number."""
        runs = (1 << self.classes) - 1
        for event in events:
            runs &= self._with.get(event, 0)
        return runs
