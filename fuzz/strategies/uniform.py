"""Uniform over interleavings: whoever has more left to do is the likelier to go on.

An interleaving of n steps is one of n! / (a! b! ...), and of those that are left a / n begin with a step of a session
with a steps left (Zhao, Wolff and others: Selectively Uniform Concurrency Testing, ASPLOS 2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn


class Uniform:
    """Makes all interleavings equally likely, as far as the lengths are right."""

    def __init__(self, lengths: Mapping[str, int], random: Random) -> None:
        self._left = dict(lengths)
        self._random = random

    def choose(self, turn: Turn) -> str:
        """One of the steps that are left, whosever it is; who goes on for longer than expected has one left."""
        (chosen,) = self._random.choices(turn.ready, [max(self._left[session], 1) for session in turn.ready])
        self._left[chosen] -= 1
        return chosen
