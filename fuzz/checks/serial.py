"""What comes out is what some serial order of the same calls gives; where it is not, which phenomenon explains it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from fuzz.checks.differing import Apart
from fuzz.checks.evidence import Evidence
from fuzz.checks.explanation import Explanation, explain
from fuzz.checks.grain import by_call, is_ordered
from fuzz.history import History, Place
from fuzz.outcomes import agree, ending_of, same, volatile_in
from fuzz.violations import Violation


def check_serial(of: Evidence) -> Iterator[Violation]:
    """An outcome that no serial order gives.

    A call that failed and has written nothing counts as not having happened: the rest must come out as in a serial
    order of the other calls, or of all.
    """
    history, rules = of.history, of.rules
    if history.hung or not rules.serial:
        return
    idle = _idle_failures(history)
    calls = by_call(of.transactions, whole=rules.whole, without=idle)
    if is_ordered(history, calls, whole=rules.whole):
        return
    apart = _apart(of, idle)
    if apart:
        yield explain(Explanation(history, of.transactions, rules.whole, apart))


def _idle_failures(history: History) -> frozenset[Place]:
    """The calls that failed and have written nothing."""
    writers = {(commit.session, commit.call) for commit in history.commits if commit.writes}
    failed = ((outcome.session, outcome.call) for outcome in history.outcomes if outcome.failure is not None)
    return frozenset(place for place in failed if place not in writers)


def _apart(of: Evidence, idle: frozenset[Place]) -> Sequence[Apart]:
    """What sets the outcome apart from each serial order's; nothing, where it is one of theirs."""
    rules, orders = of.rules, of.serial.orders()
    if not orders:
        return ()
    volatile = reduce(or_, (volatile_in(*twins) for twins in of.serial.again()))
    ending = ending_of(of.history)
    found = []
    for order in orders:
        difference = same(ending, ending_of(order), volatile=volatile, ignored=rules.ignored)
        if difference is None:
            return ()
        found.append(Apart(order, difference))
    if idle and not rules.whole:
        rest = ending.without(idle)
        for order in of.serial.without(idle):
            if agree(rest, ending_of(order), volatile=volatile, ignored=rules.ignored):
                return ()
    return found
