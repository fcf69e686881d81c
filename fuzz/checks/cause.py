"""What others had done that made a call fail: the dependencies it is part of, or who waited for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fuzz.checks.evidence import Evidence
from fuzz.checks.grain import by_call
from fuzz.checks.words import told, why
from fuzz.history import History, Outcome, Step
from fuzz.isolation import Anomaly, anomalies

_DEADLOCK = "40P01"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a call failed.

    Attributes:
        sentences: for its story.
        lines: for a timeline's "why".
    """

    sentences: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def cause_of(of: Evidence, outcome: Outcome) -> Cause:
    """Why a call failed, as far as a cycle of waits or of dependencies tells."""
    refused = _refused(of.history, outcome)
    if refused is not None:
        return _deadlock(list(_waits(of.history, refused)))
    calls = by_call(of.transactions, whole=of.rules.whole)
    number = next((c.number for c in calls.all if c.session == outcome.session and outcome.call in c.calls), None)
    found = most_telling(each for each in anomalies(calls) if number in each.transactions)
    if found is None:
        return Cause()
    return Cause(
        tuple(told(dependency, calls) for dependency in found.cycle),
        tuple(why(dependency, calls) for dependency in found.cycle),
    )


def most_telling(found: Iterable[Anomaly]) -> Anomaly | None:
    """The first that is certain; where none is, the first."""
    known = list(found)
    return next((each for each in known if each.certain), known[0] if known else None)


@dataclass(frozen=True, slots=True)
class _Wait:
    """A session that waits for others from a step on."""

    session: str
    others: tuple[str, ...]
    step: int


def _refused(history: History, outcome: Outcome) -> Step | None:
    """The last step of a call, if any, that was refused to end a deadlock."""
    steps = (step for step in history.steps if (step.session, step.call) == (outcome.session, outcome.call))
    deadlocks = [step for step in steps if step.failure is not None and step.failure.sqlstate == _DEADLOCK]
    return deadlocks[-1] if deadlocks else None


def _waits(history: History, refused: Step) -> Iterator[_Wait]:
    """Who waited for whom when a step was refused; it may have been refused at once, and waited for those behind it."""
    waiting = [s for s in history.steps if s.waited_for and s.number <= refused.settled and s.settled >= refused.number]
    yield from (_Wait(step.session, step.waited_for, step.number) for step in waiting)
    if refused not in waiting:
        behind = tuple(step.session for step in waiting)
        yield _Wait(refused.session, behind, refused.number)


def _deadlock(waits: list[_Wait]) -> Cause:
    told_of = [f"{wait.session} waited for {' and '.join(wait.others)} from step {wait.step}" for wait in waits]
    return Cause(
        (f"{', '.join(told_of)}: nobody could go on.",),
        tuple(f"{wait.session} waits for {' and '.join(wait.others)}   from step {wait.step}" for wait in waits),
    )
