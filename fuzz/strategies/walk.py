"""Random walk: every session that can go on is as likely as any other."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn


class Walk:
    """Chooses anybody, step by step; interleavings with many switches are met most often."""

    def __init__(self, _lengths: Mapping[str, int], random: Random) -> None:
        self._random = random

    def choose(self, turn: Turn) -> str:
        """Anybody."""
        return self._random.choice(turn.ready)
