"""How many executions it takes to make a failing case the least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any
from unittest.mock import patch

from fuzz import Target
from fuzz.campaign.tally import Tally
from fuzz.minimise import Minimiser
from fuzz.postgres import Server
from fuzz.trials import Trials
from models.zoo.animal import animals
from tests.benchmarks.executions import counted_executions
from tests.benchmarks.figures import Figure
from tests.benchmarks.races.rowrace import campaign_findings
from tests.benchmarks.races.workloads import RACES

GOAL = 300


def measure_minimise(server: Server, *, every: int, limit: float) -> Iterator[Figure]:
    """Executions from the first case that failed to the least, of the first finding of each of many targets.

    Args:
        server: where.
        every: every so many animals of the zoo are taken, and all races.
        limit: seconds that a campaign may look for a finding.
    """
    targets = [*RACES.values(), *(animal.target for animal in animals()[::every])]
    taken = [number for target in targets for number in _taken(server, target, limit)]
    if taken:
        middle = median(taken)
        name = f"executions, median of {len(taken)} findings"
        yield Figure("minimise", name, middle, "", goal=f"< {GOAL}", met=middle < GOAL)
        yield Figure("minimise", "executions, most", max(taken), "")


def _taken(server: Server, target: type[Target], limit: float) -> Sequence[int]:
    with Trials(server) as trials, _counted() as taken:
        trial = trials.of(target)
        next(campaign_findings(trial, server, seed=1, seconds=limit), None)
    return taken


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
