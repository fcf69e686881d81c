"""What a judgement rests on: a history, the target's rules, and what the calls come to without concurrency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from fuzz.accesses import transactions_of
from fuzz.checks.rules import Rules
from fuzz.history import CLOSING, History, Place
from fuzz.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Serial:
    """The histories of the serial orders of the same calls, each run when a check comes to it.

    Attributes:
        one: that of one of them, which is given as the sessions whose turn it is, call by call; where a session's
            program is one call, as the sessions.
        orders: all of them.
        without: all of them where some calls are not made.
        again: the first and the last of `orders`, each with its twin that ran under another clock and other dice.
    """

    one: Callable[[Sequence[str]], History]
    orders: Callable[[], Iterable[History]]
    without: Callable[[frozenset[Place]], Iterable[History]]
    again: Callable[[], Sequence[tuple[History, History]]]


@dataclass(frozen=True)  # without slots: what is worked out of the history is kept
class Evidence:
    """What a check may look at."""

    history: History
    rules: Rules
    serial: Serial

    @cached_property
    def nearest(self) -> History:
        """The serial order in which the calls, or whole programs, came to their end: mostly it is as if in that."""
        ends = self.history.outcomes
        if self.rules.whole:
            return self.serial.one([*reversed(dict.fromkeys(end.session for end in reversed(ends)))])
        return self.serial.one([end.session for end in ends if end.call != CLOSING])

    @cached_property
    def transactions(self) -> Transactions:
        """What the history's transactions read and wrote."""
        return transactions_of(self.history)
