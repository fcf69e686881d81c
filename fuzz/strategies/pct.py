"""PCT: the session with the highest priority goes on, but for a few moments at which it loses it.

A race that takes d orderings is met with a probability of at least 1 / (n k^(d-1)), for n sessions with k steps in all
(Burckhardt, Kothari, Musuvathi and Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs,
ASPLOS 2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn

DEEPEST = 4
"""Races of more orderings are left to the other strategies."""


class Pct:
    """Goes by priorities, which change at random moments.

    Args:
        lengths: session -> how many steps it takes, about.
        random: what it draws from.
        depth: how many orderings the race is to take, one more than there are changes; drawn, if not given.
    """

    def __init__(self, lengths: Mapping[str, int], random: Random, depth: int | None = None) -> None:
        changes = (random.randint(1, DEEPEST) if depth is None else depth) - 1
        order = random.sample(list(lengths), len(lengths))
        self._priorities = {session: changes + rank for rank, session in enumerate(order, 1)}
        total = max(sum(lengths.values()), 1)
        self._changes = [random.randint(1, total) for _ in range(changes)]
        self._steps = 0

    def choose(self, turn: Turn) -> str:
        """Whoever has the highest priority, once those have lost it whose moment it is."""
        self._steps += 1
        for rank, moment in enumerate(self._changes, 1):
            if moment == self._steps:
                self._priorities[self._highest(turn)] = rank
        return self._highest(turn)

    def _highest(self, turn: Turn) -> str:
        return max(turn.ready, key=self._priorities.__getitem__)
