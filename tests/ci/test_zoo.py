from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from ci import zoo
from ci.campaigns import Hunted
from fuzz import Target
from models.zoo.bulk_delete import ANIMAL
from tests.ci.conftest import Script


def test_an_animal_is_hunted_by_its_name_and_told_of(script: Script, tmp_path: Path) -> None:
    figures = tmp_path / "zoo.json"
    ran = script(sys.executable, "-m", "ci.zoo", "bulk_delete", "--seeds", "1", "--json", figures)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    header, row, totals = ran.stdout.splitlines()
    assert header.split()[:3] == ["animal", "bug", "found"]
    assert row.split()[:5] == ["bulk_delete", "9dea90d453", "1/1", "revisions", "stuck-revision"]
    assert totals.startswith("1 of 1 found; ")
    assert totals.endswith("; 1 of 1 shrunk to the least")
    (told,) = json.loads(figures.read_text())["animals"]
    (campaign,) = told["campaigns"]
    assert (told["found"], campaign["check"], campaign["kind"]) == (1, "revisions", "stuck-revision")


def test_an_animal_that_does_not_show_as_what_it_is_ends_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(zoo, "animals", lambda: [replace(ANIMAL, kinds=("lost-update",))])
    with pytest.raises(typer.Exit) as ended:
        zoo.zoo(only=[ANIMAL.name], seeds=1)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("; 0 of 0 shrunk to the least; missed: bulk_delete")


def row(name: str, *hunts: Hunted) -> zoo.Row:
    class Named(Target):
        __module__ = f"models.zoo.{name}"

    return zoo.Row(replace(ANIMAL, target=Named), hunts)


def test_the_last_line_tells_totals_what_was_slow_and_what_was_missed_be_it_once() -> None:
    hit, larger = (Hunted(1, 2.0, 9, "stuck-revision", "revisions", calls) for calls in (("a",), ("a", "b")))
    miss, late = Hunted(1, 60.0, 9999), replace(hit, seconds=10.1)
    rows = [
        row("ant", hit, hit),
        row("bee", late, larger, late),
        row("cat", hit, larger, miss),
        row("dog", hit, miss, miss),
    ]
    assert zoo.closing(rows) == (
        "3 of 4 found; 1 over 10 seconds (bee); 6 of 8 shrunk to the least; missed: dog; missed once: cat"
    )


def test_an_animal_that_every_second_campaign_misses_is_found() -> None:
    hit, miss = Hunted(1, 2.0, 9, "stuck-revision"), Hunted(2, 60.0, 9999)
    assert row("ant", hit, miss).is_found
    assert not row("ant", hit, miss, miss).is_found


def test_a_finding_in_the_plain_models_ends_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(zoo, "animals", list)
    monkeypatch.setattr(zoo, "rowrace", lambda *_, **__: {"cases": 1, "findings": [{"kind": "deadlock"}]})
    with pytest.raises(typer.Exit) as ended:
        zoo.zoo()
    assert ended.value.exit_code == 1
    assert "models:Network: 1 findings" in capsys.readouterr().out


def test_an_animal_that_there_is_not_is_told(script: Script) -> None:
    ran = script(sys.executable, "-m", "ci.zoo", "unicorn")
    assert (ran.returncode, "no animal 'unicorn'" in ran.stderr) == (2, True)


def test_the_animals_are_listed(script: Script) -> None:
    listed = script(sys.executable, "-m", "ci.zoo", "--list").stdout.splitlines()
    assert "lost_bump" in [line.split()[0] for line in listed]
