"""The fuzzer's resident size while it goes on."""

from __future__ import annotations

from collections.abc import Iterator

import psutil

from fuzz.campaign.campaign import Budget, campaign
from fuzz.postgres import Server
from fuzz.trials import Trials
from models import Network
from tests.benchmarks.figures import Figure

GROWTH = 1.1
"""How much larger it may be at the end than after the first cases."""

MOST_MB = 250.0


def measure_memory(server: Server, *, first: int, last: int) -> Iterator[Figure]:
    """Megabytes of this process, without the server, after a first and a last number of cases of one campaign."""
    with Trials(server) as trials:
        events = campaign(
            trials.of(Network),
            word="models:Network",
            seed=3,
            isolation=("rc", "rr", "ser"),
            sessions=2,
            budget=Budget(cases=last),
            postgres=server.version,
        )
        sizes = {event.summary.cases: _resident_mb() for event in events}
    early = min(cases for cases in sizes if cases >= first)
    late = max(sizes)
    ratio = sizes[late] / sizes[early]
    yield Figure(
        "memory",
        f"after {late:,} cases, {early:,} before",
        sizes[late],
        "MB",
        sizes[early],
        ratio,
        goal=f"<= {GROWTH}, < {MOST_MB:g} MB",
        met=ratio <= GROWTH and sizes[late] < MOST_MB,
    )


def _resident_mb() -> float:
    return psutil.Process().memory_info().rss / 1e6
