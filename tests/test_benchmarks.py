from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = [
    "--rounds",
    "1",
    "--times",
    "20",
    "--cases",
    "20",
    "--transactions",
    "40",
    "--resets",
    "1",
    "--repeated",
    "1",
    "--memory",
    "5",
    "10",
]
ROWS = [
    "select 1",
    "ORM get, change, commit",
    "one case",
    "Hypothesis",
    "SQLAlchemy",
    "PostgreSQL",
    "reset",
    "judging",
    "40 transactions",
    "VACUUM with it",
    "memory",
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
    assert all(figure["name"] in measured[0] for figure in figures)
    groups = {figure["group"] for figure in figures} - {"isolationtester"}  # which is not installed everywhere
    assert groups == {"per second", "case", "judging", "reset", "memory"}


def test_the_parts_of_a_case_sum_up_to_it(measured: tuple[str, Path]) -> None:
    figures = json.loads(measured[1].read_text())
    shares = [figure["share"] for figure in figures if figure["share"] is not None and figure["name"].startswith("  ")]
    assert sum(shares) == pytest.approx(1.0)


def test_one_measure_can_be_asked_for_by_itself(tmp_path: Path) -> None:
    table = benchmarks("--only", "reset", "--resets", "1")
    assert [line.split()[0] for line in table.splitlines()[1:]] == ["reset", "reset"]
