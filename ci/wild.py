"""Fuzz published packages, each in a virtual environment of its own: known races must be found, the rest is silent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from ci.campaigns import Hunted, print_row, rowrace
from ci.corpus import Package, Race, packages
from ci.environments import ROOT, environment
from fuzz.cli.options import duration
from fuzz.cli.status import exit_with
from fuzz.postgres import open_server

CORPUS = Path("tests/wild/corpus.toml")
ENVIRONMENTS = ROOT / ".wild"

LEAST = (2, 2)
"""Calls and switches that a shrunk case has at the most: one preemption shows every race here."""

HEADER = ("package", "target", "pair", "found", "check", "as", "seconds", "cases", "least")
WIDTHS = (33, 25, 35, 6, 9, 19, 7, 5, 5)


@dataclass(frozen=True, slots=True)
class Found:
    """How all campaigns for one race ended."""

    package: str
    race: Race
    hunts: Sequence[Hunted]

    @property
    def hits(self) -> list[Hunted]:
        """Those that found it, in a case as small as it gets."""
        return [each for each in self.hunts if self.race.is_met_by(each.kind, each.operations) and each.size <= LEAST]

    @property
    def right(self) -> bool:
        """Whether more than half of the campaigns found it."""
        return 2 * len(self.hits) > len(self.hunts)

    def cells(self) -> tuple[str, ...]:
        """What the table says: medians, the largest shrunk case, and all kinds, whether they were wanted or not."""
        met = [each for each in self.hunts if each.kind]
        return (
            self.package,
            self.race.target,
            _joined(" x ".join(each.operations) for each in met),
            f"{len(self.hits)}/{len(self.hunts)}",
            _joined(each.check for each in met),
            _joined(each.kind for each in met),
            f"{median(each.seconds for each in self.hunts):.1f}",
            f"{median(each.cases for each in self.hunts):.0f}",
            "{}/{}".format(*max(each.size for each in met)) if met else "-",
        )


@dataclass(frozen=True, slots=True)
class Silent:
    """How the exploration of a target without races ended."""

    package: str
    target: str
    matrix: Mapping[str, Any]

    @property
    def right(self) -> bool:
        """Whether every interleaving was run, and nothing found; a wait in Python keeps some from being run."""
        return self.matrix["exit"] == 0 and self._classes > 0 and not self.matrix["waited_in_python"]

    @property
    def _classes(self) -> int:
        return sum(pair["classes"] for cell in self.matrix["cells"] for pair in cell["explored"])

    def cells(self) -> tuple[str, ...]:
        """What the table says; interleavings stand in the place of cases."""
        kinds = (found["kind"] for found in self.matrix["findings"])
        return (
            self.package,
            self.target,
            f"every two of {len({name for cell in self.matrix['cells'] for name in cell['operations']})}",
            "silent" if self.right else "NOISY" if self.matrix["findings"] else "open",
            "-",
            _joined(kinds),
            str(self.matrix["elapsed_s"]),
            str(self._classes),
            "-",
        )


def wild(
    only: Annotated[list[str] | None, typer.Argument(help="Packages; default: all.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Campaigns a race, of seeds 1, 2 and so on.")] = 1,
    time: Annotated[str, typer.Option(metavar="TIME", help="The most that one campaign takes.")] = "60s",
) -> None:
    """Fuzz the packages of tests/wild/corpus.toml.

    For each race: in how many campaigns it was found, by which check, as which kinds of violation, seconds and cases
    until then (medians), calls/switches of the largest shrunk case. A target that must be silent is explored to the
    end; in place of cases its classes of equivalent interleavings are told.

    Exit status: 0 all is found, and nothing elsewhere; 1 a race is missed in half of its campaigns or more, or a silent
    target is not silent; 2 something could not be run.
    """
    chosen = [package for package in packages(CORPUS) if not only or package.name in only]
    if unknown := set(only or ()) - {package.name for package in chosen}:
        raise typer.BadParameter(f"no package {min(unknown)!r} in {CORPUS}")
    wrong = []
    print_row(HEADER, WIDTHS)
    with open_server(dsn=os.environ.get("ROWRACE_DSN") or None) as server:
        dsn = server.address.render_as_string(hide_password=False)
        for row in _rows(chosen, seeds, f"{duration(time):.0f}", dsn):
            print_row(row.cells(), WIDTHS)
            if not row.right:
                wrong.append(row)
    print(f"wrong: {', '.join(f'{row.package}:{row.cells()[1]}' for row in wrong) or 'none'}")
    raise typer.Exit(int(bool(wrong)))


def _rows(chosen: Sequence[Package], seeds: int, seconds: str, dsn: str) -> Iterator[Found | Silent]:
    for package in chosen:
        told = " ".join(package.requires)
        python = str(environment(ENVIRONMENTS / package.name, package.requires, package.modules))
        for race in package.races:
            options = ("--time", seconds, "--max-findings", str(race.findings))
            summaries = (
                rowrace("run", package.word(race.target), 1 + n, *options, dsn=dsn, python=python) for n in range(seeds)
            )
            yield Found(told, race, [Hunted.read(summary, race.is_met_by) for summary in summaries])
        for target in package.silent:
            yield Silent(told, target, rowrace("explore", package.word(target), 1, dsn=dsn, python=python))


def _joined(words: Iterator[str | None]) -> str:
    return ", ".join(sorted({word for word in words if word})) or "-"


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(wild)
    exit_with(lambda: app(prog_name="make wild"))
