"""All single preemptions: one call is stopped at every place in turn, and the other runs in between.

Most races need no more (CHESS, Musuvathi and Qadeer, 2007), and what is listed needs no luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

from fuzz.case import Case
from fuzz.generate.palettes import Palettes


def single_preemptions(palettes: Palettes, word: str, isolation: Sequence[str], chance: int) -> Iterator[Case]:
    """The cases of two calls that meet, one of them preempted once, each pair of calls at the next isolation level.

    Args:
        palettes: with the pairs, and how long their calls are.
        word: the TARGET word.
        isolation: the levels, as keys of `fuzz.case.ISOLATION`.
        chance: seed of the cases' clock and dice.
    """
    levels = cycle(isolation)
    for pair in palettes.met:
        level = next(levels)
        for one, other in (pair, pair[::-1])[: 1 if pair[0] == pair[1] else 2]:
            for steps in range(1, palettes.lengths[one.operation]):
                schedule = ("A",) * steps + ("B",) * palettes.lengths[other.operation] * LONGER
                yield Case(word, level, {"A": (one,), "B": (other,)}, schedule, chance)


LONGER = 3
"""How many times its length alone a call may take beside another, which can make it try again."""
