"""Tools that patch the process which they look at: each search has a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict
from time import perf_counter

from sqlalchemy import make_url

from fuzz.postgres import Server
from tests.benchmarks.races.attempts import Attempts
from tests.benchmarks.races.searches import Counted, Limits, Search
from tests.benchmarks.races.workloads import RACES, Race

SPARE_S = 60.0
"""What a search may take besides its seconds, to start and to replay: a tool may wait for a lock for ever."""

Explore = Callable[[Attempts, Race, Counted, int, Limits], int]
"""Looks for a race until its seconds are over, and tells `Counted` of each attempt; how many replays showed it."""


def search_outside(command: Sequence[str], server: Server, race: type[Race], seed: int, limits: Limits) -> Search:
    """Let a command look for a race: a module that calls `answer`, and what it takes to run it.

    It is given the race's name, the database's address, the seed, the seconds and the number of replays.
    """
    with server.scratch() as scratch:
        url = scratch.url.render_as_string(hide_password=False)
        told = [race.__name__, url, str(seed), str(limits.seconds), str(limits.replays)]
        began = perf_counter()
        try:
            done = subprocess.run(
                [*command, *told], capture_output=True, text=True, check=False, timeout=limits.seconds + SPARE_S
            )
        except subprocess.TimeoutExpired:
            return Search(False, 0, perf_counter() - began)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return Search(**json.loads(done.stdout.splitlines()[-1]))


def answer(explore: Explore, told: Sequence[str]) -> None:
    """What a process of `search_outside` does: look for the race that it was told of, and print how that ended."""
    name, url, seed, seconds, replays = told
    limits = Limits(float(seconds), int(replays))
    race = RACES[name]()
    with Attempts(race, make_url(url)) as attempts:
        counted = Counted()
        search = counted.search(explore(attempts, race, counted, int(seed), limits))
        print(json.dumps(asdict(search)), flush=True)
        os._exit(0)  # threads that wait for a lock for ever would keep the process
