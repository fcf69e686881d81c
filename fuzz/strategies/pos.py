"""Partial order sampling: every step has a priority of its own, drawn anew when one that conflicts with it goes first.

What does not conflict makes no difference then, so that partial orders are met, not interleavings (Yuan, Yang and Gu:
Partial Order Aware Concurrency Sampling, CAV 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn


class Pos:
    """Goes by the priorities of steps."""

    def __init__(self, _lengths: Mapping[str, int], random: Random) -> None:
        self._random = random
        self._priorities: dict[str, float] = {}

    def choose(self, turn: Turn) -> str:
        """Whose next step has the highest priority."""
        for session in turn.ready:
            self._priorities.setdefault(session, self._random.random())
        chosen = max(turn.ready, key=self._priorities.__getitem__)
        for session in turn.ready:
            if session == chosen or turn.conflict(chosen, session):
                del self._priorities[session]
        return chosen
