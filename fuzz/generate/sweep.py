"""Sweeps: what is listed needs no luck.

Most races need one preemption only (Iterative Context Bounding, Musuvathi and Qadeer 2007), and most places for it make
no difference: so pairs of calls that meet are explored, those interleavings first that switch least.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle, islice, product
from random import Random

from fuzz.case import Case
from fuzz.generate.exploration import Exploration
from fuzz.generate.palettes import Palettes
from fuzz.trial import Trial, Verdict

AT_FIRST = 8
"""Classes of interleavings of two calls that are run before the next two have their turn: about those with a single
preemption."""


def explored_pairs(
    trial: Trial, palettes: Palettes, word: str, isolation: Sequence[str], chance: int
) -> Iterator[Verdict]:
    """Explore the pairs of calls that meet: a few classes of each, at one level after the other, then the rest.

    Args:
        trial: runs and judges.
        palettes: with the pairs.
        word: the TARGET word.
        isolation: the levels, as keys of `fuzz.case.ISOLATION`.
        chance: seed of the cases' clock and dice.

    Yields:
        What came of each class of interleavings, until all have been run.
    """
    pairs = {(id(one), id(other)): (one, other) for one, other in palettes.met}  # each once
    unfinished: deque[Iterator[Verdict]] = deque()
    for level, (one, other) in product(isolation, pairs.values()):
        exploration = Exploration(trial, Case(word, level, {"A": (one,), "B": (other,)}, seed=chance))
        verdicts = exploration.verdicts()
        yield from islice(verdicts, AT_FIRST)
        if exploration.left:
            unfinished.append(verdicts)
    while unfinished:
        verdicts = unfinished.popleft()
        some = list(islice(verdicts, AT_FIRST))
        yield from some
        if len(some) == AT_FIRST:
            unfinished.append(verdicts)


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
