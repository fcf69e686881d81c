"""frontrun, told which calls to run: `frontrun python -m tests.benchmarks.races.frontrun STRATEGY RACE ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from fuzz.case import Call
from tests.benchmarks.races.attempts import Attempts
from tests.benchmarks.races.outside import answer
from tests.benchmarks.races.searches import Counted, Limits
from tests.benchmarks.races.workloads import Race

OPTIONS: dict[str, dict[str, Any]] = {
    "dpor": {"preemption_bound": 3},  # one of the races takes three; the default is two
    "random": {"max_attempts": 1_000_000},  # its seconds are over before
}
"""What each of its strategies is given besides what both are."""


def explore(strategy: str, attempts: Attempts, race: Race, counted: Counted, seed: int, limits: Limits) -> int:
    """Let frontrun look for the harm that the calls do."""
    seeded = {"seed": seed} if strategy == "random" else {}
    result = import_module("frontrun").explore(
        setup=partial(_begun, attempts),
        workers=[_worker(attempts, call) for call in race.calls],
        invariant=lambda errors: not counted.note(harm=attempts.does_harm(errors)),
        strategy=strategy,
        total_timeout=limits.seconds,
        reproduce_on_failure=limits.replays,
        **OPTIONS[strategy],
        **seeded,
    )
    return int(result.reproduction_successes)


def _begun(attempts: Attempts) -> list[frozenset[str]]:
    attempts.put_back()
    return []


def _worker(attempts: Attempts, call: Call) -> Callable[[list[frozenset[str]]], None]:
    return lambda errors: errors.append(attempts.perform(call))


if __name__ == "__main__":
    answer(partial(explore, sys.argv[1]), sys.argv[2:])
