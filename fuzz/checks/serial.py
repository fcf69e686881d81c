"""What comes out is what some serial order of the same calls gives; where it is not, which phenomenon explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from fuzz.checks.differing import Apart
from fuzz.checks.errors import is_undeclared
from fuzz.checks.evidence import Evidence
from fuzz.checks.explanation import Explanation, explain
from fuzz.checks.grain import by_call, is_ordered
from fuzz.checks.left import steps_left
from fuzz.history import History, Place
from fuzz.outcomes import Ending, agree, ending_of, readings_in, same, volatile_in
from fuzz.violations import Violation


def check_serial(of: Evidence) -> Iterator[Violation]:
    """An outcome that no serial order gives.

    A call that failed and has written nothing, or taken it back, counts as not having happened: the rest must come out
    as in a serial order of the other calls, or of all. How a call ended is not told of twice: where that is an error by
    itself, the rest is looked at.
    """
    history, rules = of.history, of.rules
    if history.hung or not rules.serial:
        return
    idle = _idle_failures(history)
    calls = by_call(of.transactions, whole=rules.whole, without=idle)
    if is_ordered(history, calls, whole=rules.whole):
        return
    apart = _apart(of, _failures_that_left_nothing(history))
    if apart:
        yield explain(Explanation(history, of.transactions, calls, rules.whole, apart))


def _idle_failures(history: History) -> frozenset[Place]:
    """The calls that failed and have written nothing."""
    writers = {(commit.session, commit.call) for commit in history.commits if commit.writes}
    return frozenset(place for place in _failed(history) if place not in writers)


def _failures_that_left_nothing(history: History) -> frozenset[Place]:
    """The calls that failed, and what they had written they have taken back."""
    return frozenset(place for place in _failed(history) if not steps_left(history, place))


def _failed(history: History) -> Iterator[Place]:
    return ((outcome.session, outcome.call) for outcome in history.outcomes if outcome.failure is not None)


def _told_as_errors(of: Evidence) -> frozenset[Place]:
    """The calls that the check of errors has told of."""
    ends = of.history.outcomes if "errors" in of.rules.checks else ()
    return frozenset((end.session, end.call) for end in ends if is_undeclared(end, of.serial))


def _apart(of: Evidence, idle: frozenset[Place]) -> Sequence[Apart]:
    """What sets the outcome apart from each serial order's; nothing, where it is one of theirs."""
    rules, ending = of.rules, ending_of(of.history)
    if agree(ending, ending_of(of.nearest), volatile=readings_in(of.nearest), ignored=rules.ignored):
        return ()
    orders = list(of.serial.orders())
    volatile = reduce(or_, (volatile_in(*twins) for twins in of.serial.again()))
    found = []
    for order in orders:
        difference = same(ending, ending_of(order), volatile=volatile, ignored=rules.ignored)
        if difference is None:
            return ()
        found.append(Apart(order, difference))

    def agrees(rest: Ending, others: Iterable[Ending]) -> bool:
        return any(agree(rest, other, volatile=volatile, ignored=rules.ignored) for other in others)

    told = _told_as_errors(of)
    if told and agrees(ending.without(told), (ending_of(order).without(told) for order in orders)):
        return ()
    if idle and not rules.whole and agrees(ending.without(idle), map(ending_of, of.serial.without(idle))):
        return ()
    return found
