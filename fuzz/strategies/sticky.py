"""Sticky: who had the last step takes the next one, too, three times in four."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn

SWITCH = 0.25
"""How likely another session is to go on."""


class Sticky:
    """Changes sessions seldom, so that whole transactions fit into gaps of others."""

    def __init__(self, _lengths: Mapping[str, int], random: Random) -> None:
        self._random = random
        self._last: str | None = None

    def choose(self, turn: Turn) -> str:
        """Mostly the same as before."""
        others = [session for session in turn.ready if session != self._last]
        last = self._last if self._last in turn.ready else None
        if last is None or (others and self._random.random() < SWITCH):
            last = self._random.choice(others)
        self._last = last
        return last
