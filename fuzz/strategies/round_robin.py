"""Round robin: everybody takes some steps in turn."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn

MOST = 3
"""Steps in a row; more are much like single preemptions."""


class RoundRobin:
    """Lets sessions take turns of the same number of steps, in an order that is drawn."""

    def __init__(self, lengths: Mapping[str, int], random: Random, steps: int | None = None) -> None:
        self._order = random.sample(list(lengths), len(lengths))
        self._steps = random.randint(1, MOST) if steps is None else steps
        self._left = self._steps

    def choose(self, turn: Turn) -> str:
        """Whose turn it is; one that cannot go on loses the rest of its turn."""
        while not self._left or self._order[0] not in turn.ready:
            self._order.append(self._order.pop(0))
            self._left = self._steps
        self._left -= 1
        return self._order[0]
