"""What a judgement rests on: a history, the target's rules, and what the calls come to without concurrency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from fuzz.accesses import transactions_of
from fuzz.checks.rules import Rules
from fuzz.history import History, Place
from fuzz.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Serial:
    """The histories of the serial orders of the same calls, made when a check first asks for them.

    Attributes:
        orders: all of them.
        without: all of them where some calls are not made.
        again: the first and the last of `orders`, each with its twin that ran under another clock and other dice.
    """

    orders: Callable[[], Sequence[History]]
    without: Callable[[frozenset[Place]], Sequence[History]]
    again: Callable[[], Sequence[tuple[History, History]]]


@dataclass(frozen=True)  # without slots: what is worked out of the history is kept
class Evidence:
    """What a check may look at."""

    history: History
    rules: Rules
    serial: Serial

    @cached_property
    def transactions(self) -> Transactions:
        """What the history's transactions read and wrote."""
        return transactions_of(self.history)
