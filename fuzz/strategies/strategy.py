"""What a strategy is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Turn:
    """What there is to choose from.

    Attributes:
        ready: the sessions that can take a step, at least one, always in the same order.
        conflict: whether it may matter which of two of them takes its next step first.
    """

    ready: Sequence[str]
    conflict: Callable[[str, str], bool]


class Strategy(Protocol):
    """Chooses who takes the next step, in one run of one case."""

    def choose(self, turn: Turn) -> str:
        """The session that takes the next step: one of those that are ready."""
        ...


Make = Callable[[Mapping[str, int], Random], Strategy]
"""Makes a strategy for one run: session -> how many steps its program takes, about; and what it draws from."""
