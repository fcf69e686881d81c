"""What one would write first: threads that a barrier lets go at once, again and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from fuzz.case import Call
from fuzz.postgres import Server
from tests.benchmarks.races.attempts import Attempts
from tests.benchmarks.races.searches import Counted, Limits, Search
from tests.benchmarks.races.workloads import Race


def search_by_barrier(server: Server, race: type[Race], _seed: int, limits: Limits) -> Search:
    """Make a race's calls at the same time until they do harm; a replay is one more attempt."""
    with server.scratch() as scratch, Attempts(race(), scratch.url) as attempts:
        loop = _Loop(attempts, race.calls)
        counted = Counted()
        while not counted.found and counted.seconds < limits.seconds:
            counted.note(harm=loop.once())
        return counted.search(sum(loop.once() for _ in range(limits.replays)) if counted.found else 0)


class _Loop:
    def __init__(self, attempts: Attempts, calls: tuple[Call, Call]) -> None:
        self._attempts = attempts
        self._calls = calls
        self._barrier = Barrier(len(calls))

    def once(self) -> bool:
        self._attempts.put_back()
        with ThreadPoolExecutor(len(self._calls)) as threads:
            errors = list(threads.map(self._perform, self._calls))
        return self._attempts.does_harm(errors)

    def _perform(self, call: Call) -> frozenset[str]:
        self._barrier.wait()
        return self._attempts.perform(call)
