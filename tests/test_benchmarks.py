from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fuzz.case import Case
from fuzz.postgres import Server
from fuzz.trials import Trials
from tests.benchmarks.races.attempts import Attempts
from tests.benchmarks.races.measure import Searches
from tests.benchmarks.races.rowrace import ending_of
from tests.benchmarks.races.searches import Search
from tests.benchmarks.races.workloads import RACES, Ending, LostUpdate, Race

SMALL = [
    "--rounds",
    "1",
    "--times",
    "20",
    "--cases",
    "20",
    "--pairs",
    "4",
    "--transactions",
    "40",
    "--resets",
    "1",
    "--repeated",
    "1",
    "--memory",
    "5",
    "10",
    "--every",
    "100",
    "--races",
    "LostUpdate",
    "ExpiredRow",
    "--runs",
    "1",
    "--replays",
    "2",
]
ROWS = [
    "select 1",
    "ORM get, change, commit",
    "a call of models:Network",
    "one case",
    "Hypothesis",
    "SQLAlchemy",
    "PostgreSQL",
    "reset",
    "judging",
    "40 transactions",
    "VACUUM with it",
    "memory",
    "minimise",
    "lost update",
    "expired row deleted",
]


def benchmarks(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The table, and the file with its figures."""
    file = tmp_path_factory.mktemp("figures") / "figures.json"
    return benchmarks(*SMALL, "--json", str(file)), file


@pytest.mark.parametrize("row", ROWS)
def test_the_table_has_a_row_for_everything_that_is_measured(measured: tuple[str, Path], row: str) -> None:
    assert row in measured[0]


def test_the_file_holds_the_same_figures(measured: tuple[str, Path]) -> None:
    figures = json.loads(measured[1].read_text())
    assert all(figure.get("race", figure["name"]) in measured[0] for figure in figures)
    groups = {figure["group"] for figure in figures} - {"isolationtester"}  # which is not installed everywhere
    assert groups == {"per second", "call", "case", "judging", "reset", "memory", "minimise", "races"}


def test_the_parts_of_a_case_sum_up_to_it(measured: tuple[str, Path]) -> None:
    figures = json.loads(measured[1].read_text())
    shares = [figure["share"] for figure in figures if figure.get("share") and figure["name"].startswith("  ")]
    assert sum(shares) == pytest.approx(1.0)


def test_one_measure_can_be_asked_for_by_itself(tmp_path: Path) -> None:
    table, _, told = benchmarks("--only", "reset", "--resets", "1", "--json", str(tmp_path / "f")).partition("\n\n")
    assert [line.split()[0] for line in table.splitlines()[1:]] == ["reset", "reset"]
    assert told == f"the figures are in {tmp_path / 'f'}\n"


def test_rowrace_finds_the_races_and_repeats_them(measured: tuple[str, Path]) -> None:
    figures = json.loads(measured[1].read_text())
    ours = [figure for figure in figures if figure["group"] == "races" and figure["tool"] == "rowrace"]
    searches = [search for figure in ours for search in figure["searches"]]
    assert [(each["found"], each["replays"], each["calls"]) for each in searches] == [(True, 2, 2)] * 2


@pytest.mark.parametrize("race", RACES.values())
def test_a_race_does_no_harm_when_its_calls_follow_each_other(server: Server, race: type[Race]) -> None:
    for order in (race.calls, race.calls[::-1]):
        with server.scratch() as scratch, Attempts(race(), scratch.url) as attempts:
            attempts.put_back()
            assert not attempts.does_harm([attempts.perform(call) for call in order])


def test_the_same_harm_is_seen_in_rows_and_in_a_history(server: Server) -> None:
    one, other = LostUpdate.calls
    case = Case("", "rc", {"A": (one,), "B": (other,)}, ("A", "B", "B", "B", "A", "A"))
    with Trials(server) as trials:
        ending = ending_of(trials.of(LostUpdate)(case).history)
    assert ending == Ending(frozenset(), {1: 1})
    assert LostUpdate().harm(ending)


FAST, SLOW, VAIN = Search(True, 10, 1.0, 3), Search(True, 30, 2.0, 1), Search(False, 900, 60.0)


@pytest.mark.parametrize(
    ("searches", "figures"),
    [
        ([FAST, SLOW], ["2/2", "20", "1.5", "2", "12.5", "1/3"]),
        ([FAST, SLOW, VAIN], ["2/3", "20", "1.5", "in vain: 60", "12.5", "1/3"]),
        ([VAIN], ["0/1", "in vain: 900", "60", "in vain: 60", "15", "—"]),
    ],
    ids=["found", "once in vain", "always in vain"],
)
def test_a_search_in_vain_is_the_worst_of_its_row_and_no_part_of_what_the_others_took(
    searches: Sequence[Search], figures: Sequence[str]
) -> None:
    cells = dict(zip(Searches.HEADINGS, Searches("a race", "a tool", searches, 3).cells(), strict=True))
    names = ("found", "executions", "seconds", "worst", "per second", "replays")
    assert [cells[name] for name in names] == figures
