"""Fuzz every animal of the zoo, given nothing but its target's name, and the plain models, which have nothing wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from ci.campaigns import Hunted, print_row, rowrace
from fuzz.case import Case
from fuzz.cli.options import duration
from fuzz.cli.status import exit_with
from fuzz.postgres import open_server
from models.zoo.animal import Animal, animals

PLAIN = ("models:Network", "models:Sessions")

SLOW_S = 10
"""Seconds that it may take to find an animal, in the median of its campaigns."""

TIMES = {1: "once", 2: "twice"}

HEADER = ("animal", "bug", "found", "check", "as", "seconds", "cases", "shrunk", "least", "at the least")
WIDTHS = (24, 27, 5, 9, 28, 7, 6, 6, 5, 12)


@dataclass(frozen=True, slots=True)
class Row:
    """How all campaigns on an animal ended."""

    animal: Animal
    hunts: Sequence[Hunted]

    @property
    def found(self) -> list[Hunted]:
        """Those that found its bug."""
        return [each for each in self.hunts if each.kind in self.animal.kinds]

    @property
    def missed(self) -> int:
        """How many campaigns did not find it."""
        return len(self.hunts) - len(self.found)

    @property
    def is_found(self) -> bool:
        """Whether at least half of the campaigns found it."""
        return 2 * self.missed <= len(self.hunts)

    @property
    def seconds(self) -> float:
        """Until it was found, or the campaign over: the median."""
        return median(each.seconds for each in self.hunts)

    @property
    def least(self) -> tuple[int, int]:
        """Calls and switches of the least case that is known."""
        return min(map(_size, self.animal.least))

    @property
    def at_the_least(self) -> int:
        """How many campaigns shrunk it as far."""
        return sum(each.size <= self.least for each in self.found)

    def cells(self) -> tuple[str, ...]:
        """What the table says."""
        shrunk = max((each.size for each in self.found), default=None)
        return (
            self.animal.name,
            " ".join(self.animal.bugs),
            f"{len(self.found)}/{len(self.hunts)}",
            _joined(each.check for each in self.hunts),
            _joined(each.kind for each in self.hunts),
            f"{self.seconds:.1f}",
            f"{median(each.cases for each in self.hunts):.0f}",
            "-" if shrunk is None else "{}/{}".format(*shrunk),
            "{}/{}".format(*self.least),
            f"{self.at_the_least}/{len(self.found)}",
        )

    def to_json(self) -> dict[str, Any]:
        """All there is."""
        facts = ("seed", "seconds", "cases", "check", "kind", "calls", "switches")
        return {
            "animal": self.animal.name,
            "bugs": self.animal.bugs,
            "kinds": self.animal.kinds,
            "least": dict(zip(("calls", "switches"), self.least, strict=True)),
            "found": len(self.found),
            "campaigns": [{fact: getattr(each, fact) for fact in facts} for each in self.hunts],
        }


def zoo(
    only: Annotated[list[str] | None, typer.Argument(help="Animals; default: all, and the plain models.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Campaigns an animal, of seeds 1, 2 and so on.")] = 5,
    time: Annotated[str, typer.Option(metavar="TIME", help="The most that one campaign takes.")] = "60s",
    plain_time: Annotated[str, typer.Option(metavar="TIME", help="For the plain models, each.")] = "60s",
    jobs: Annotated[int, typer.Option(min=1, help="Campaigns at a time; each keeps a core busy.")] = 2,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there, too.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="Say which animals there are, and end.")] = False,
) -> None:
    """Fuzz every animal of the zoo, then the plain models.

    For each animal: in how many campaigns it was found, by which check, as which kinds of violation, seconds and cases
    until then (medians), calls/switches of the largest shrunk case and of the least that is known, and how often that
    was reached. The last line has the totals, and which animals were missed, be it once.

    Exit status: 0 all is found, and nothing in the plain models; 1 an animal is missed in more than half of its
    campaigns, or something is found in the plain models; 2 a campaign could not be run.
    """
    chosen = [animal for animal in animals() if not only or animal.name in only]
    if unknown := set(only or ()) - {animal.name for animal in chosen}:
        raise typer.BadParameter(f"no animal {min(unknown)!r}; --list tells which there are")
    if names:
        print("\n".join(f"{animal.name:24}  {_first_line(animal)}" for animal in chosen))
        return
    words = [] if only else list(PLAIN)
    with open_server(dsn=os.environ.get("ROWRACE_DSN") or None) as server, _pool(jobs) as pool:
        dsn = server.address.render_as_string(hide_password=False)
        rows = _told(_hunted(pool, chosen, seeds, ("--time", f"{duration(time):.0f}"), dsn))
        fuzzed = pool.map(lambda word: rowrace("run", word, 1, "--time", f"{duration(plain_time):.0f}", dsn=dsn), words)
        plain = dict(zip(words, fuzzed, strict=True))
    for word, summary in plain.items():
        print(f"{word}: {len(summary['findings'])} findings in {summary['cases']} cases")
    print(closing(rows))
    if as_json is not None:
        as_json.write_text(
            json.dumps({"format": 1, "animals": [row.to_json() for row in rows], "plain": plain}, indent=2)
        )
    raise typer.Exit(int(not all(row.is_found for row in rows) or any(each["findings"] for each in plain.values())))


def closing(rows: Sequence[Row]) -> str:
    """What all rows come to, in a line."""
    found = [row for row in rows if row.is_found]
    slow = [row for row in found if row.seconds > SLOW_S]
    shrunk = sum(row.at_the_least for row in rows)
    return "; ".join(
        [
            f"{len(found)} of {len(rows)} found",
            f"{len(slow)} over {SLOW_S} seconds" + (f" ({_names(slow)})" if slow else ""),
            f"{shrunk} of {sum(len(row.found) for row in rows)} shrunk to the least",
            *_misses(rows),
        ]
    )


def _misses(rows: Sequence[Row]) -> Iterator[str]:
    """Which animals were missed, then which were missed now and then."""
    if missed := [row for row in rows if not row.is_found]:
        yield f"missed: {_names(missed)}"
    for number in sorted({row.missed for row in rows if row.is_found} - {0}):
        now_and_then = [row for row in rows if row.is_found and row.missed == number]
        yield f"missed {TIMES.get(number, f'{number} times')}: {_names(now_and_then)}"


def _names(rows: Sequence[Row]) -> str:
    return ", ".join(row.animal.name for row in rows)


@contextmanager
def _pool(jobs: int) -> Iterator[Executor]:
    """Threads that wait for campaigns; what has not begun when one cannot be run is not begun any more."""
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _hunted(pool: Executor, chosen: Sequence[Animal], seeds: int, options: Sequence[str], dsn: str) -> Iterator[Row]:
    """All campaigns; animal by animal as they end."""
    options = (*options, "--max-findings", "1")
    run = partial(rowrace, "run", dsn=dsn)
    begun = [(each, [pool.submit(run, each.word, 1 + n, *options) for n in range(seeds)]) for each in chosen]
    for animal, campaigns in begun:
        yield _row(animal, [each.result() for each in campaigns])


def _row(animal: Animal, summaries: Sequence[Mapping[str, Any]]) -> Row:
    return Row(animal, [Hunted.read(summary, lambda kind, _: kind in animal.kinds) for summary in summaries])


def _told(rows: Iterator[Row]) -> list[Row]:
    """Print rows as they come."""
    told = []
    print_row(HEADER, WIDTHS)
    for row in rows:
        print_row(row.cells(), WIDTHS)
        told.append(row)
    return told


def _joined(words: Iterable[str | None]) -> str:
    return " ".join(sorted({word for word in words if word})) or "-"


def _size(case: Case) -> tuple[int, int]:
    return case.calls, case.switches


def _first_line(animal: Animal) -> str:
    return str(sys.modules[animal.word].__doc__).partition("\n")[0]


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(zoo)
    exit_with(lambda: app(prog_name="make zoo"))
