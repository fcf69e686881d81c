"""How soon each tool finds a race, how surely it can show it again, and how small it makes it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from statistics import median
from typing import Any, ClassVar

from fuzz.postgres import Server
from tests.benchmarks.columns import judged, number
from tests.benchmarks.races.barrier import search_by_barrier
from tests.benchmarks.races.outside import search_outside
from tests.benchmarks.races.rowrace import search_by_rowrace
from tests.benchmarks.races.searches import Limits, Search
from tests.benchmarks.races.workloads import RACES, Race

GOAL_S = 2.0

HOW = """How races were looked for: rowrace was given the target alone, and its time ends with the minimised, confirmed
finding; its executions are all runs of a case, serial orders and replays among them. The other tools were told which
two calls to run, and their time ends with the first attempt that does the same harm to the rows, or ends in the same
error. Executions, seconds and how many a second are medians of the runs that found the race, or of all where none did,
which are "in vain" then. The worst is the slowest run, or the longest in vain where one was. Replays are those of the
worst run of them that found a case: rowrace's must be the same in every statement and row, the others' do the harm
again. A barrier's replay is one more attempt. Schema and connections were there before the time began."""

Look = Callable[[Server, type[Race], int, Limits], Search]


@dataclass(frozen=True, slots=True)
class Tool:
    """A way to look for races.

    Attributes:
        look: the way.
        module: what must be installed for it; "" for nothing.
        goal: whether what it does is held against rowrace's goal.
    """

    name: str
    look: Look
    module: str = ""
    goal: bool = False


def _outside(*command: str) -> Look:
    return partial(search_outside, command)


_HERE = __package__
_PYTHON = (sys.executable, "-m")
_FRONTRUN = (*_PYTHON, "frontrun.cli", *_PYTHON, f"{_HERE}.frontrun")

TOOLS = (
    Tool("rowrace", search_by_rowrace, goal=True),
    Tool("threads and a barrier", search_by_barrier),
    Tool("frontrun, dpor", _outside(*_FRONTRUN, "dpor"), "frontrun"),
    Tool("frontrun, random", _outside(*_FRONTRUN, "random"), "frontrun"),
    Tool("interleave-test, random", _outside(*_PYTHON, f"{_HERE}.interleave", "random"), "interleave_test"),
)

WHERE = {
    "frontrun": "the extra `bench` has it: .venv/bin/pip install -e '.[bench]'",
    "interleave_test": "the extra `bench` has it, on Python 3.12 and newer",
}


@dataclass(frozen=True, slots=True)
class Searches:
    """A row of the table: how a tool's searches for a race ended.

    Attributes:
        replays: how many there were of each race that was found.
        goal: what they should come to, for people; "" for none.
        met: whether they do; None without a goal.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        *("race", "tool", "found", "executions", "seconds", "worst", "per second", "replays", "calls/switches"),
        "goal",
    )
    RIGHT: ClassVar[range] = range(2, 9)

    race: str
    tool: str
    searches: Sequence[Search]
    replays: int
    goal: str = ""
    met: bool | None = None

    @property
    def group(self) -> str:
        return "races"

    @property
    def name(self) -> str:
        return f"{self.race}, {self.tool}"

    @property
    def found(self) -> list[Search]:
        """The searches that found it."""
        return [search for search in self.searches if search.found]

    def cells(self) -> tuple[str, ...]:
        told = self.found or self.searches
        vain, lost = "in vain: ", [search for search in self.searches if not search.found]
        rates = [search.executions / search.seconds for search in told if search.seconds]
        least = max(((search.calls, search.switches) for search in self.found), default=(0, 0))
        return (
            self.race,
            self.tool,
            f"{len(self.found)}/{len(self.searches)}",
            ("" if self.found else vain) + number(median(search.executions for search in told)),
            number(median(search.seconds for search in told)),
            (vain if lost else "") + number(max(search.seconds for search in lost or told)),
            number(median(rates)) if rates else "—",
            f"{min(search.replays for search in self.found)}/{self.replays}" if self.found else "—",
            "{}/{}".format(*least) if any(least) else "—",
            judged(self.goal, self.met),
        )

    def to_json(self) -> dict[str, Any]:
        facts = ("group", "name", "race", "tool", "replays", "goal", "met")
        return {fact: getattr(self, fact) for fact in facts} | {"searches": [asdict(each) for each in self.searches]}


def measure_races(server: Server, *, names: Iterable[str], seeds: Sequence[int], limits: Limits) -> Iterator[Searches]:
    """Each tool's searches for each race.

    Args:
        server: for all of them.
        names: the races', as `RACES` has them.
        seeds: of the searches; what draws nothing searches as often.
        limits: of one search.
    """
    tools = [tool for tool in TOOLS if _is_there(tool)]
    for race in map(RACES.__getitem__, names):
        for tool in tools:
            searches = [tool.look(server, race, seed, limits) for seed in seeds]
            yield _row(race, tool, searches, limits.replays)


def _is_there(tool: Tool) -> bool:
    if not tool.module or find_spec(tool.module):
        return True
    print(f"{tool.name} is not installed, so not measured: {WHERE[tool.module]}", file=sys.stderr)
    return False


def _row(race: type[Race], tool: Tool, searches: Sequence[Search], replays: int) -> Searches:
    if not tool.goal:
        return Searches(race.told, tool.name, searches, replays)
    met = all(each.found and each.seconds < GOAL_S and each.replays == replays for each in searches)
    return Searches(race.told, tool.name, searches, replays, f"each < {GOAL_S:g} s, all replays", met)
