"""What a developer should know of a wrong outcome besides the reads and writes behind it: errors that went by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fuzz.checks.left import steps_left
from fuzz.history import History, Outcome


class Remark(NamedTuple):
    """A sentence, and the step that it is about."""

    text: str
    step: int


def remarks(history: History) -> Iterator[Remark]:
    """Errors that a call went on after, and what calls left that were refused in the end."""
    for outcome in history.outcomes:
        if outcome.failure is None:
            yield from _errors_survived(history, outcome)
        else:
            yield from _changes_left(history, outcome, outcome.failure.name)


def _errors_survived(history: History, outcome: Outcome) -> Iterator[Remark]:
    for step in history.steps:
        if (step.session, step.call) == (outcome.session, outcome.call) and step.failure is not None:
            text = f"Session {step.session}'s {outcome.invocation.operation} went on after {step.failure.name}"
            yield Remark(f"{text} at step {step.number}.", step.number)


def _changes_left(history: History, outcome: Outcome, error: str) -> Iterator[Remark]:
    if steps := steps_left(history, (outcome.session, outcome.call)):
        text = f"Session {outcome.session}'s {outcome.invocation.operation} ended in {error}"
        yield Remark(f"{text}, but what it had committed at step {steps[0]} stays.", steps[0])
