"""How many executions it takes to make a failing case the least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import Any
from unittest.mock import patch

from fuzz.campaign.tally import Tally
from fuzz.case import ISOLATION, Case
from fuzz.minimise import Minimiser
from fuzz.postgres import Server
from fuzz.trials import Trials
from models.zoo.animal import Animal, animals
from tests.benchmarks.executions import counted_executions
from tests.benchmarks.figures import Figure
from tests.benchmarks.races.rowrace import campaign_findings
from tests.benchmarks.races.workloads import RACES, Race

GOAL = 300


def measure_minimise(server: Server, *, every: int, limit: float) -> Iterator[Figure]:
    """Executions from a first case that fails to the least.

    Args:
        server: where.
        every: every so many animals of the zoo are taken, each with a case that is larger than it need be.
        limit: seconds that a campaign may look for each race; what it finds first is taken, too.
    """
    found = [number for race in RACES.values() for number in _of_a_campaign(server, race, limit)]
    larger = [number for animal in animals()[::every] for number in _of_a_larger_case(server, animal)]
    for whose, taken in (("findings of the races", found), ("larger cases of the zoo", larger)):
        if taken:
            middle = median(taken)
            name = f"executions, median of {len(taken)} {whose}"
            yield Figure("minimise", name, middle, "", goal=f"< {GOAL}", met=middle < GOAL)
            yield Figure("minimise", "  most", max(taken), "")


def _of_a_campaign(server: Server, race: type[Race], limit: float) -> Sequence[int]:
    with Trials(server) as trials, _counted() as taken:
        next(campaign_findings(trials.of(race), server, seed=1, seconds=limit), None)
    return taken


def _of_a_larger_case(server: Server, animal: Animal) -> Iterator[int]:
    with Trials(server) as trials:
        trial = trials.of(animal.target)
        verdict = trial(padded(animal.least[0]))
        if verdict.violations:
            with counted_executions() as executions:
                Minimiser(trial, verdict.violations[0].signature, tuple(ISOLATION))(verdict, lambda _: ())
            yield executions.made


def padded(least: Case) -> Case:
    """A case with more calls: each session goes on with those of the others."""
    programs = {
        session: (*calls, *(call for other in least.programs if other != session for call in least.programs[other]))
        for session, calls in least.programs.items()
    }
    return replace(least, programs=programs)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Within it, a list gets the executions between each first case that failed and its least."""
    taken: list[int] = []
    noted = 0
    note, minimise = Tally.note, Minimiser.__call__

    def noting(*arguments: Any) -> Any:
        nonlocal noted
        noted = executions.made  # the last that is noted before a case is made smaller is the one that failed
        return note(*arguments)

    def minimising(*arguments: Any) -> Any:
        least = minimise(*arguments)
        taken.append(executions.made - noted)
        return least

    seams = patch.object(Tally, "note", noting), patch.object(Minimiser, "__call__", minimising)
    with counted_executions() as executions, seams[0], seams[1]:
        yield taken
