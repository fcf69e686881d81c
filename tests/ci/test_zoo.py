from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from ci import zoo
from models.zoo.bulk_delete import ANIMAL
from tests.ci.conftest import Script


def test_an_animal_is_hunted_by_its_name_and_told_of(script: Script, tmp_path: Path) -> None:
    figures = tmp_path / "zoo.json"
    ran = script(sys.executable, "-m", "ci.zoo", "bulk_delete", "--seeds", "1", "--json", figures)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    header, row, missed = ran.stdout.splitlines()
    assert header.split()[:3] == ["animal", "bug", "found"]
    assert row.split()[:5] == ["bulk_delete", "9dea90d453", "1/1", "revisions", "stuck-revision"]
    assert missed == "missed: none"
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
    assert capsys.readouterr().out.splitlines()[-1] == "missed: bulk_delete"


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
