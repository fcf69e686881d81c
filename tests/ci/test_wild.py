from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from ci import environments, wild
from ci.campaigns import Hunted
from ci.corpus import Race, packages
from ci.environments import environment
from ci.wild import Found, Silent

CORPUS = """
[shop]
requires = ["shop==1.0"]
races.Sale = { operations = ["sell", "sell"], kinds = ["lost-update"] }
silent = ["Visit"]

[shop_later]
file = "shop.py"
requires = ["shop==2.0"]
silent = ["Sale"]
"""


def found(kind: str, other: str = "sell", switches: int = 2) -> dict[str, Any]:
    return {
        "kind": kind,
        "check": "isolation",
        "operations": ["sell", other],
        "switches": switches,
        "first_seen_s": 1.5,
        "first_seen_cases": 5,
    }


def summary(*findings: Mapping[str, Any], seed: int = 1) -> dict[str, Any]:
    return {"seed": seed, "cases": 7, "elapsed_s": 60.0, "findings": list(findings)}


def matrix(*findings: Mapping[str, Any], classes: int = 6, status: int = 0) -> dict[str, Any]:
    cell = {"operations": ["sell", "sell"], "explored": [{"classes": classes}]}
    return {"exit": status, "elapsed_s": 0.5, "cells": [cell], "findings": list(findings), "waited_in_python": {}}


def hunted(*summaries: Mapping[str, Any]) -> Found:
    race = Race("Sale", ("sell", "sell"), ("lost-update",))
    return Found("shop==1.0", race, [Hunted.read(each, race.is_met_by) for each in summaries])


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """What pip was asked for, without asking it."""
    asked: list[Sequence[str]] = []
    monkeypatch.setattr(environments, "_pip", lambda _, *words: asked.append(words))
    monkeypatch.setattr("venv.create", lambda folder, **_: Path(folder).mkdir(parents=True))
    return asked


def test_the_corpus_names_targets_that_are_there() -> None:
    for package in packages(wild.CORPUS):
        text = package.file.read_text()
        assert all(f"class {name}(" in text for name in (*(race.target for race in package.races), *package.silent))


def test_a_package_at_another_version_has_its_targets_in_the_file_that_it_names(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.toml"
    corpus.write_text(CORPUS)
    assert [package.word("Sale") for package in packages(corpus)] == [f"{tmp_path / 'shop.py'}:Sale"] * 2


def test_a_race_that_was_found_is_told_with_its_pair_check_and_least_case() -> None:
    row = hunted(summary(found("lost-update")))
    assert row.right
    told = ("shop==1.0", "Sale", "sell x sell", "1/1", "isolation", "lost-update", "1.5", "5", "2/2")
    assert row.cells() == told


def test_a_race_is_missed_when_half_of_the_campaigns_missed_it() -> None:
    assert not hunted(summary(found("lost-update")), summary(seed=2)).right
    assert hunted(summary(found("lost-update")), summary(seed=2), summary(found("lost-update"), seed=3)).right


def test_another_kind_of_finding_is_not_the_race_and_is_told() -> None:
    row = hunted(summary(found("deadlock")))
    assert (row.right, row.cells()[3:6]) == (False, ("0/1", "isolation", "deadlock"))


def test_the_same_kind_of_finding_in_calls_of_other_operations_is_not_the_race() -> None:
    row = hunted(summary(found("lost-update", "restock")))
    assert (row.right, row.cells()[2:4]) == (False, ("sell x restock", "0/1"))


def test_a_race_that_was_met_after_another_is_found() -> None:
    assert hunted(summary(found("deadlock"), found("lost-update"))).right


def test_a_race_of_more_than_one_preemption_is_not_as_small_as_it_gets() -> None:
    row = hunted(summary(found("lost-update", switches=3)))
    assert (row.right, row.cells()[-1]) == (False, "2/3")


def test_a_target_without_findings_in_all_its_interleavings_is_silent() -> None:
    row = Silent("shop==1.0", "Visit", matrix())
    assert (row.right, row.cells()[3], row.cells()[7]) == (True, "silent", "6")


def test_a_finding_is_noise_and_interleavings_that_were_not_run_leave_it_open() -> None:
    noisy = Silent("shop==1.0", "Visit", matrix(found("deadlock"), status=1))
    assert (noisy.right, noisy.cells()[3], noisy.cells()[5]) == (False, "NOISY", "deadlock")
    unfinished = Silent("shop==1.0", "Visit", matrix(status=3))
    assert (unfinished.right, unfinished.cells()[3]) == (False, "open")


def test_a_wait_in_python_leaves_open_what_it_has_hidden() -> None:
    waited = {"sell: a lock in Python at shop.py:7": 3}
    paused = Silent("shop==1.0", "Visit", {**matrix(), "waited_in_python": waited})
    assert (paused.right, paused.cells()[3]) == (False, "open")


def test_calls_that_have_nothing_to_do_with_each_other_say_nothing_about_their_interleavings() -> None:
    unmet = Silent("shop==1.0", "Visit", matrix(classes=0))
    assert (unmet.right, unmet.cells()[3]) == (False, "open")


def test_a_package_that_there_is_not_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="no package 'unicorn'"):
        wild.wild(only=["unicorn"])


@pytest.mark.parametrize(("kind", "status"), [("lost-update", 0), ("deadlock", 1)])
def test_it_ends_with_1_when_a_race_is_missed(
    kind: str,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: list[Sequence[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "corpus.toml").write_text(CORPUS)
    monkeypatch.setattr(wild, "CORPUS", tmp_path / "corpus.toml")
    monkeypatch.setattr(wild, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(
        wild, "rowrace", lambda command, *_, **__: summary(found(kind)) if command == "run" else matrix()
    )
    with pytest.raises(typer.Exit) as ended:
        wild.wild(only=["shop"])
    assert ended.value.exit_code == status
    header, *rows, wrong = capsys.readouterr().out.splitlines()
    assert header.split()[:2] == ["package", "target"]
    assert [row.split()[1] for row in rows] == ["Sale", "Visit"]
    assert wrong == ("wrong: shop==1.0:Sale" if status else "wrong: none")


def test_an_environment_is_made_once(tmp_path: Path, made: list[Sequence[str]]) -> None:
    for _ in range(2):
        assert environment(tmp_path / "shop", ["shop==1.0"], {}) == tmp_path / "shop" / "bin" / "python"
    assert made == [("install", "--editable", str(environments.ROOT), "shop==1.0")]


def test_an_environment_is_made_again_when_it_requires_something_else(
    tmp_path: Path, made: list[Sequence[str]]
) -> None:
    environment(tmp_path / "shop", ["shop==1.0"], {})
    environment(tmp_path / "shop", ["shop==2.0"], {})
    assert [words[-1] for words in made] == ["shop==1.0", "shop==2.0"]


def test_an_environment_that_was_left_half_made_is_made_again(
    tmp_path: Path, made: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environments, "_pip", fail)
        with pytest.raises(KeyboardInterrupt):
            environment(tmp_path / "shop", ["shop==1.0"], {})
    environment(tmp_path / "shop", ["shop==1.0"], {})
    assert len(made) == 1
