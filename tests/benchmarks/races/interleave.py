"""interleave-test, told which calls to run: `python -m tests.benchmarks.races.interleave STRATEGY RACE ...`."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import Any

from tests.benchmarks.races import workloads
from tests.benchmarks.races.attempts import Attempts
from tests.benchmarks.races.outside import answer
from tests.benchmarks.races.searches import Counted, Limits
from tests.benchmarks.races.workloads import Race

OPTIONS: dict[str, Any] = {
    "timeout": 2.0,  # of an attempt: threads that wait for a row lock keep the one that holds it from going on
    "include": [workloads.__file__],  # switch within the race's own lines, not within what is around them
    "raise_on_failure": False,
}


def explore(strategy: str, attempts: Attempts, race: Race, counted: Counted, seed: int, limits: Limits) -> int:
    """Let interleave-test look for the harm that the calls do."""
    tool = import_module("interleave_test")
    harm = False

    def model() -> None:
        nonlocal harm
        harm = False
        attempts.put_back()
        tasks = [tool.spawn(attempts.perform, call) for call in race.calls]
        for task in tasks:
            task.join()
        harm = counted.note(harm=attempts.does_harm([task.result() for task in tasks]))
        assert not harm
        assert counted.seconds < limits.seconds

    def repeats(failure: Any) -> bool:
        tool.replay(model, failure, **OPTIONS)
        return harm

    result = tool.explore(model, iterations=1_000_000, seed=seed, strategy=strategy, **OPTIONS)
    return sum(repeats(result.failure) for _ in range(limits.replays)) if counted.found else 0


if __name__ == "__main__":
    answer(partial(explore, sys.argv[1]), sys.argv[2:])
