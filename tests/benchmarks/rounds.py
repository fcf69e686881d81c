from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Compared:
    """Two ways to do the same, by the seconds they took.

    Attributes:
        ratio: how much faster the first is; below 1: slower.
    """

    seconds: float
    base: float
    ratio: float


def alternate(one: Callable[[], float], other: Callable[[], float], rounds: int) -> Compared:
    """Measure two things in turn, so that what else the machine does slows both down alike.

    Args:
        one: does a round and tells its seconds.
        other: what it is compared with, likewise.
        rounds: how many of each count; one more of each goes before, to warm up.
    """
    one()
    other()
    pairs = [(one(), other()) for _ in range(rounds)]
    return Compared(
        median(first for first, _ in pairs),
        median(second for _, second in pairs),
        median(second / first for first, second in pairs),
    )
