"""What the calls of a history come to without concurrency, as data that is made when a check first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fuzz.history import History, Place


@dataclass(frozen=True, slots=True)
class Serial:
    """The histories of the serial orders of the same calls.

    Attributes:
        orders: all of them.
        without: all of them where some calls, by their sessions and places, are not made.
        again: the first of `orders` once more, under another clock and other dice.
    """

    orders: Callable[[], Sequence[History]]
    without: Callable[[frozenset[Place]], Sequence[History]]
    again: Callable[[], History]
