"""Single preemption: one session is interrupted once; all others go to their ends meanwhile.

Most races need no more (Musuvathi and Qadeer: Iterative Context Bounding, PLDI 2007).
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from fuzz.strategies.strategy import Turn


class SinglePreemption:
    """Lets a session begin, lets the others finish, and lets it go on."""

    def __init__(self, lengths: Mapping[str, int], random: Random) -> None:
        self._first, *others = random.sample(list(lengths), len(lengths))
        self._order = [*others, self._first]
        self._left = random.randrange(1, max(lengths[self._first], 2))

    def choose(self, turn: Turn) -> str:
        """The one that is to be interrupted, until it is; then the others, one after the other."""
        if self._left and self._first in turn.ready:
            self._left -= 1
            return self._first
        return next(session for session in self._order if session in turn.ready)
