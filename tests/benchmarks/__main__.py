"""Speed, side by side in one run: python -m tests.benchmarks."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fuzz.postgres import Server, open_server
from tests.benchmarks import calls, cases
from tests.benchmarks.calls import measure_calls
from tests.benchmarks.cases import measure_cases
from tests.benchmarks.figures import Row, tables
from tests.benchmarks.isolationtester import measure_isolationtester
from tests.benchmarks.judging import measure_judging
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.minimise import measure_minimise
from tests.benchmarks.races import measure as races
from tests.benchmarks.races.measure import measure_races
from tests.benchmarks.races.searches import Limits
from tests.benchmarks.races.workloads import RACES
from tests.benchmarks.reset import measure_reset
from tests.benchmarks.statements import measure_statements


def main(arguments: list[str]) -> None:
    options = _parser().parse_args(arguments)
    print(f"load of the machine when this began: {os.getloadavg()[0]:.2f} of {os.cpu_count()} cores", file=sys.stderr)
    with open_server() as server:
        rows = [row for name in options.only for row in _told(MEASURES[name](server, options))]
    print(tables(rows))
    for how in (HOW[name] for name in options.only if name in HOW):
        print(f"\n{how}")
    options.json.write_text(json.dumps([row.to_json() for row in rows], indent=1))
    print(f"\nthe figures are in {options.json}")


def _told(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        print(f"measured: {row.group}, {row.name.strip()}", file=sys.stderr)
        yield row


HOW = {"calls": calls.HOW, "cases": cases.HOW, "races": races.HOW}

MEASURES: dict[str, Callable[[Server, argparse.Namespace], Iterable[Row]]] = {
    "statements": lambda server, o: measure_statements(server, rounds=o.rounds, times=o.times),
    "cases": lambda server, o: measure_cases(server, cases=o.cases),
    "calls": lambda server, o: measure_calls(server, rounds=o.rounds, cases=o.pairs),
    "isolationtester": lambda server, o: measure_isolationtester(server, rounds=o.rounds, repeated=o.repeated),
    "judging": lambda _, o: measure_judging(transactions=o.transactions),
    "reset": lambda server, o: measure_reset(server, resets=o.resets),
    "memory": lambda server, o: measure_memory(server, first=o.memory[0], last=o.memory[1]),
    "minimise": lambda server, o: measure_minimise(server, every=o.every, limit=o.limit),
    "races": lambda server, o: measure_races(
        server, names=o.races, seeds=range(1, o.runs + 1), limits=Limits(o.limit, o.replays)
    ),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), help="what to measure")
    parser.add_argument("--json", type=Path, metavar="FILE", default=Path("bench.json"), help="where the figures go")
    parser.add_argument("--rounds", type=int, default=15, help="of statements, under the scheduler and bare in turn")
    parser.add_argument("--times", type=int, default=2_000, help="statements a round; a tenth as many transactions")
    parser.add_argument("--cases", type=int, default=900, help="to split the time of")
    parser.add_argument("--pairs", type=int, default=100, help="of calls that are made fuzzed and bare in a round")
    parser.add_argument("--repeated", type=int, default=5, help="how often a permutation is run in a round")
    parser.add_argument("--transactions", type=int, default=10_000, help="of a history to judge")
    parser.add_argument("--resets", type=int, default=5_000, help="between the first and the last that are measured")
    parser.add_argument(
        "--memory", type=int, nargs=2, default=(500, 2_000), metavar=("FIRST", "LAST"), help="cases to run between"
    )
    parser.add_argument("--every", type=int, default=3, help="every so many animals of the zoo, to minimise")
    parser.add_argument("--races", nargs="+", choices=RACES, default=list(RACES), help="which to look for")
    parser.add_argument("--runs", type=int, default=5, help="of each tool on each race")
    parser.add_argument("--limit", type=float, default=10, help="seconds that one search may take")
    parser.add_argument("--replays", type=int, default=100, help="of each race that was found")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
