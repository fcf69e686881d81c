"""Calls that end in a declared exception, though every serial order lets them succeed: no bug, but work for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from fuzz.checks.counts import Refusal
from fuzz.checks.evidence import Evidence
from fuzz.checks.grain import by_call, is_ordered
from fuzz.history import Outcome
from fuzz.violations import SpuriousFailure, Violation


def check_spurious(of: Evidence) -> Iterator[Violation]:
    """Each such call."""
    for outcome, error in _spurious(of):
        yield SpuriousFailure(
            f"{outcome.invocation} in session {outcome.session} was refused with {error}, but succeeds in every serial "
            "order of the same calls.",
            operations=(outcome.invocation.operation,),
            shape=(error,),
        )


def spurious_in(of: Evidence) -> Iterator[Refusal]:
    """Each such call's operation and exception."""
    return ((outcome.invocation.operation, error) for outcome, error in _spurious(of))


def _spurious(of: Evidence) -> Iterator[tuple[Outcome, str]]:
    history, rules = of.history, of.rules
    refused = [outcome for outcome in history.outcomes if outcome.failure is not None and outcome.expected]
    if not refused or not rules.serial or history.hung:
        return
    calls = by_call(of.transactions, whole=rules.whole)
    if is_ordered(history, calls, whole=rules.whole):
        return  # what is refused here is refused in the order of the dependencies
    for outcome in refused:
        alone = (each.outcome(outcome.session, outcome.call) for each in chain([of.nearest], of.serial.orders()))
        if outcome.failure is not None and all(each is not None and each.failure is None for each in alone):
            yield outcome, outcome.failure.name
