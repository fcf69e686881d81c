from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fuzz.generate.machine
from fuzz.engine.run import Run
from fuzz.generate.driving import drive
from fuzz.strategies import STRATEGIES, Strategy
from fuzz.traces.foresight import Foresight

RACE = "tests/targets_that_race.py"

Rowrace = Callable[..., Any]


@pytest.fixture
def drove(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the strategies that have driven a case."""
    names = {made: name for name, made in STRATEGIES.items()}
    driven: list[str] = []

    def noting(run: Run, strategy: Strategy, foresight: Foresight) -> None:
        driven.append(names[type(strategy)])
        drive(run, strategy, foresight)

    monkeypatch.setattr(fuzz.generate.machine, "drive", noting)
    return driven


def run(rowrace: Rowrace, out: Path, *words: object) -> Any:
    return rowrace("run", f"{RACE}:Keeping", "--seed", 1, "--cases", 200, "--out", out, *words)


def test_the_strategy_that_is_named_drives_cases_though_the_campaign_is_short(
    rowrace: Rowrace, drove: list[str], tmp_path: Path
) -> None:
    assert run(rowrace, tmp_path, "--strategy", "pct").status == 0
    assert set(drove) == {"pct"}
    assert len(drove) >= 50


def test_of_several_each_drives_some(rowrace: Rowrace, drove: list[str], tmp_path: Path) -> None:
    assert run(rowrace, tmp_path, "--strategy", "pos,walk").status == 0
    assert set(drove) == {"pos", "walk"}


def test_with_drawn_alone_none_does_and_with_all_most_do(rowrace: Rowrace, drove: list[str], tmp_path: Path) -> None:
    assert run(rowrace, tmp_path, "--strategy", "drawn").status == 0
    assert drove == []
    assert run(rowrace, tmp_path, "--cases", 400).status == 0
    assert len(set(drove)) > len(STRATEGIES) / 2


def test_a_campaign_ends_at_the_plateau_if_it_is_asked_to(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("--cases", 3_000, "--seed", 1, "--until-plateau", "--out", tmp_path, "--json")
    summary = rowrace("run", f"{RACE}:Looking", *words).json
    assert summary["dried_up"]
    assert 500 <= summary["cases"] < 3_000


def test_while_there_is_something_new_it_goes_on(rowrace: Rowrace, tmp_path: Path) -> None:
    summary = run(rowrace, tmp_path, "--until-plateau", "--json").json
    assert (summary["dried_up"], summary["cases"]) == (False, 200)


def test_what_ends_before_the_plateau_that_it_was_to_reach_says_so(rowrace: Rowrace, tmp_path: Path) -> None:
    told = "whether new interleavings become rare was not seen"
    assert told in run(rowrace, tmp_path, "--cases", 20, "--until-plateau").out
    assert told not in run(rowrace, tmp_path, "--cases", 20).out
