"""From a failing case to the least: fewest calls, then fewest context switches, then the simplest arguments.

The second stage, after Hypothesis' shrinker and outside of it, is exact: calls are dropped one by one, and
interleavings tried in the order of their context switches (as CHESS bounds preemptions, Musuvathi and Qadeer, 2007).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from fuzz.case import Call, Case
from fuzz.history import History
from fuzz.recompose import at_each_call, shorter_programs
from fuzz.trial import Trial, Verdict

BUDGET = 500
"""Executions that minimising may take; the median is far lower."""

RECOMPOSING = 1000
"""Executions more where one session lives through a program, and its calls prepare each other."""

FEW = 2
"""Context switches up to which other interleavings are tried when a call is dropped."""

SPARE = 50
"""Steps that a session's last run may take beyond its length: another schedule can make a program longer (a retry)."""

Simpler = Callable[[Call], Sequence[Call]]
"""The simpler calls of the same operation, the simplest first."""


class Minimiser:
    """Makes a failing case smaller while the same violation stays.

    Args:
        trial: runs and judges.
        signature: the violation's.
        levels: the isolation levels to choose from, the weakest first.
        budget: how many executions it may take.
    """

    def __init__(self, trial: Trial, signature: str, levels: Sequence[str] = (), budget: int = BUDGET) -> None:
        self._trial = trial
        self._signature = signature
        self._levels = levels
        self._left = budget
        self._failed: dict[str, Verdict | None] = {}
        self._passed: defaultdict[str, list[Verdict]] = defaultdict(list)

    def __call__(self, verdict: Verdict, simpler: Simpler) -> Verdict:
        """Minimise.

        Args:
            verdict: of the failing case.
            simpler: what to try in a call's stead.

        Returns:
            The least failing case's.
        """
        verdict = self._weaker_isolation(verdict)
        verdict = self._drop_calls(verdict)
        if self._trial.stage.target.session_scope == "program":
            verdict = self._recompose(verdict)
        verdict = self._fewer_switches(verdict)
        return self._simpler_arguments(verdict, simpler)

    def _fails(self, case: Case) -> Verdict | None:
        """The verdict, when a case still shows the violation; it is not run if an equivalent one did not."""
        key, programs = case.dumps(), case.scheduled(()).dumps()
        if key not in self._failed:
            if self._left <= 0 or any(passed.trace.allows(case.schedule) for passed in self._passed[programs]):
                return None
            self._left -= 1
            verdict = self._trial(case)
            self._failed[key] = verdict if verdict.violation(self._signature) else None
            if self._failed[key] is None:
                self._passed[programs].append(verdict)
        return self._failed[key]

    def _first(self, cases: Iterator[Case], most: int | None = None) -> Verdict | None:
        """The first that fails with no more switches than given: a blocked session makes more than the schedule has."""
        for case in cases:
            if self._left <= 0:  # there are more interleavings than anybody can count
                return None
            verdict = self._fails(case)
            if verdict is not None and (most is None or verdict.history.switches <= most):
                return verdict
        return None

    def _weaker_isolation(self, verdict: Verdict) -> Verdict:
        """Try the levels that are weaker: what fails there needs less to be understood."""
        case = verdict.history.case
        weaker = self._levels[: self._levels.index(case.isolation)] if case.isolation in self._levels else ()
        return self._first(replace(case, isolation=level) for level in weaker) or verdict

    def _drop_calls(self, verdict: Verdict) -> Verdict:
        while smaller := self._first(_without_one(verdict.history)) or self._first(
            other for case in _without_one(verdict.history) for other in interleavings(case, _lengths(verdict), FEW)
        ):
            verdict = smaller
        return verdict

    def _recompose(self, verdict: Verdict) -> Verdict:
        """Make programs anew with fewer calls, while that can be done."""
        plain = [
            Call(name) for name, operation in self._trial.stage.target.operations.items() if not operation.strategies
        ]
        self._left += RECOMPOSING
        while shorter := self._first(self._recomposed(verdict.history.case, plain)):
            verdict = self._drop_calls(shorter)
        return verdict

    def _recomposed(self, case: Case, plain: Sequence[Call]) -> Iterator[Case]:
        for session, shorter in shorter_programs(case, plain):
            if self._left > 0:
                self._left -= 1
                rest = [name for name in shorter.programs if name != session]
                whole = self._trial(shorter.scheduled(name for name in (session, *rest) for _ in range(SPARE)))
                yield from at_each_call(session, whole.history)

    def _fewer_switches(self, verdict: Verdict) -> Verdict:
        """Try the interleavings with fewer switches, the fewest first."""
        most = verdict.history.switches - 1
        cases = interleavings(verdict.history.case, _lengths(verdict), most)
        return self._first(cases, most) or verdict

    def _simpler_arguments(self, verdict: Verdict, simpler: Simpler) -> Verdict:
        for session, calls in verdict.history.case.programs.items():
            for place, call in enumerate(calls):
                cases = _simplified(verdict.history.case, session, place, simpler(call))
                verdict = self._first(cases, verdict.history.switches) or verdict
        return verdict


def interleavings(case: Case, lengths: Mapping[str, int], most: int) -> Iterator[Case]:
    """A case under all schedules, in the order of their context switches.

    Args:
        case: its programs.
        lengths: session -> how many steps it takes, about; a schedule that asks for more is valid all the same.
        most: context switches.
    """
    sessions = [session for session, calls in case.programs.items() if calls]
    for switches in range(most + 1):
        for order in _orders(sessions, switches + 1):
            for runs in _cuts(order, lengths):
                yield case.scheduled(name for name, steps in runs for _ in range(steps))


def _orders(sessions: Sequence[str], runs: int) -> Iterator[tuple[str, ...]]:
    """Which session each of a number of runs of steps belongs to: neighbours differ, everybody has a turn."""

    def extend(order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if len(order) == runs:
            if set(order) == set(sessions):
                yield order
            return
        for session in sessions:
            if not order or order[-1] != session:
                yield from extend((*order, session))

    return extend(())


def _cuts(order: Sequence[str], lengths: Mapping[str, int]) -> Iterator[list[tuple[str, int]]]:
    """All lengths for runs of steps; each session's last run takes what is left of it, and some to spare."""

    def extend(place: int, left: Mapping[str, int]) -> Iterator[list[tuple[str, int]]]:
        if place == len(order):
            yield []
            return
        session = order[place]
        is_last = session not in order[place + 1 :]
        for steps in [left[session] + SPARE] if is_last else range(1, left[session]):
            for rest in extend(place + 1, {**left, session: left[session] - steps}):
                yield [(session, steps), *rest]

    return extend(0, lengths)


def _lengths(verdict: Verdict) -> dict[str, int]:
    """How many turns each session had."""
    schedule = verdict.history.case.schedule
    return {session: schedule.count(session) for session in verdict.history.case.programs}


def _without_one(history: History) -> Iterator[Case]:
    """The case without one of its calls, and without that call's turns; the last calls first."""
    case = history.case
    for session, calls in reversed(list(case.programs.items())):
        for place in reversed(range(len(calls))):
            programs = {**case.programs, session: (*calls[:place], *calls[place + 1 :])}
            kept = (name for name, call in history.turns if (name, call) != (session, place))
            yield replace(case, programs=programs).scheduled(kept)


def _simplified(case: Case, session: str, place: int, others: Sequence[Call]) -> Iterator[Case]:
    """A case with a simpler call in one's place: by itself, and with the same change made in all calls.

    A race on row 2 needs all its calls to go over to row 1 together.
    """
    call = case.programs[session][place]
    for other in others:
        yield _everywhere(case, call, other)
        yield _with(case, session, place, other)


def _everywhere(case: Case, call: Call, other: Call) -> Case:
    changed = {name: value for name, value in call.arguments.items() if other.arguments.get(name) != value}

    def change(each: Call) -> Call:
        same = {name for name, value in changed.items() if name in each.arguments and each.arguments[name] == value}
        return Call(each.operation, {**each.arguments, **{name: other.arguments[name] for name in same}})

    return replace(case, programs={session: tuple(map(change, calls)) for session, calls in case.programs.items()})


def _with(case: Case, session: str, place: int, call: Call) -> Case:
    calls = case.programs[session]
    return replace(case, programs={**case.programs, session: (*calls[:place], call, *calls[place + 1 :])})
