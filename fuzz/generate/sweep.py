"""Sweeps: the cases with one preemption, listed.

Most races need no more (CHESS, Musuvathi and Qadeer, 2007), and what is listed needs no luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from random import Random

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


def stale_sessions(palettes: Palettes, word: str, isolation: Sequence[str], chance: int) -> Iterator[Case]:
    """Cases of long sessions: A touches rows, B writes one of them and commits, A writes by what it knows.

    Arguments as in `single_preemptions`; in random order.
    """
    levels = cycle(isolation)
    writers = [act for act in palettes.acts if act.alone.writes]
    triples = [
        (opening, writer, closing)
        for opening in palettes.acts
        for writer in writers
        if opening.alone.touches & writer.alone.writes
        for closing in writers
        if closing.alone.touches & writer.alone.writes
    ]
    Random(chance).shuffle(triples)  # noqa: S311 - a campaign must repeat
    for opening, writer, closing in triples:
        programs = {"A": opening.calls + closing.calls, "B": writer.calls}
        schedule = ("A",) * opening.alone.steps + ("B",) * writer.alone.steps * LONGER
        yield Case(word, next(levels), programs, schedule, chance)


LONGER = 3
"""How many times its length alone a call may take beside another, which can make it try again."""
