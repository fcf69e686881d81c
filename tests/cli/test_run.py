from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BANK = "tests/targets/bank.py"

Rowrace = Callable[..., Any]


def test_a_race_is_found_written_and_shown(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("run", f"{BANK}:Deadlocking", "--cases", 500, "--seed", 1, "--max-findings", 1, "--out", tmp_path)
    assert ran.status == 1
    lines = ran.out.splitlines()
    assert lines[0] == "seed 1"
    assert lines[-1] == "seed 1: 1 finding"
    (folder,) = tmp_path.iterdir()
    assert (folder / "timeline.txt").read_text() in ran.out
    assert f"python -m fuzz replay {folder}" in ran.out
    assert ran.out.isascii()
    assert "\x1b" not in ran.out


def test_a_correct_target_ends_with_status_0_and_leaves_nothing(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("run", f"{BANK}:Keeping", "--cases", 30, "--seed", 1, "--out", tmp_path)
    assert ran.status == 0
    assert ran.out.splitlines()[-1] == "seed 1: no findings"
    assert list(tmp_path.iterdir()) == []


def test_json_has_standard_output_to_itself(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("--cases", 500, "--seed", 1, "--max-findings", 1, "--isolation", "ser,rc", "--sessions", 3)
    ran = rowrace("run", f"{BANK}:Deadlocking", *words, "--out", tmp_path, "--json")
    summary = ran.json
    assert summary["seed"] == 1
    assert summary["target"] == f"{BANK}:Deadlocking"
    assert summary["isolation"] == ["ser", "rc"]
    assert summary["exit"] == ran.status == 1
    (finding,) = summary["findings"]
    assert finding["kind"] in {"deadlock", "serialization-failure"}  # what an opposite order of locks is, by level
    assert finding["path"] == str(tmp_path / finding["id"])
    assert ran.err.splitlines()[0] == "seed 1"
    assert ran.err.splitlines()[-1] == "seed 1: 1 finding"


def test_what_fails_alone_is_told_and_is_no_finding(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("run", "tests/targets/fickle.py:Falling", "--cases", 10, "--out", tmp_path)
    assert ran.status == 0
    assert "fails alone, so no race: fall raises ValueError" in ran.out


HARMLESS = "tests/targets/harmless.py"


def test_phenomena_that_do_no_harm_are_told_under_strict_only_and_replay_from_their_files(
    rowrace: Rowrace, tmp_path: Path
) -> None:
    words = ("run", f"{HARMLESS}:LastWriter", "--cases", 100, "--seed", 1, "--max-findings", 1, "--out", tmp_path)
    assert rowrace(*words).status == 0
    ran = rowrace(*words, "--checks", "all,strict", "--json")
    (finding,) = ran.json["findings"]
    assert (ran.status, finding["kind"], finding["check"]) == (1, "lost-update", "isolation")
    assert rowrace("replay", tmp_path).status == 1


def test_needless_refusals_are_counted_and_told_as_findings_under_spurious_only(
    rowrace: Rowrace, tmp_path: Path
) -> None:
    words = ("run", f"{HARMLESS}:Timid", "--cases", 100, "--seed", 1, "--max-findings", 1, "--out", tmp_path, "--json")
    ran = rowrace(*words)
    refused = ran.json["refused"]["paint: Taken"]
    assert ran.status == 0
    assert refused["times"] >= refused["spurious"] > 0
    ran = rowrace(*words, "--checks", "all,spurious")
    assert [finding["kind"] for finding in ran.json["findings"]] == ["spurious-failure"]


def test_a_check_that_was_not_asked_for_finds_nothing(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("run", f"{BANK}:Deadlocking", "--cases", 200, "--seed", 1, "--out", tmp_path)
    assert rowrace(*words, "--checks", "revisions,sessions").status == 0


def test_a_seed_is_drawn_and_named_when_none_is_given(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("run", f"{BANK}:Keeping", "--cases", 1, "--out", tmp_path)
    first, last = ran.out.splitlines()[0], ran.out.splitlines()[-1]
    assert re.fullmatch(r"seed \d+", first)
    assert last == f"{first}: no findings"


def test_the_same_seed_finds_the_same(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("run", f"{BANK}:Deadlocking", "--cases", 500, "--seed", 4, "--max-findings", 1)
    rowrace(*words, "--out", tmp_path / "a")
    rowrace(*words, "--out", tmp_path / "b")
    (one,), (other,) = list((tmp_path / "a").iterdir()), list((tmp_path / "b").iterdir())
    assert one.name == other.name
    assert (one / "case.json").read_text() == (other / "case.json").read_text()


def test_processes_share_the_cases_and_bring_their_findings_together(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("--cases", 200, "--seed", 1, "--jobs", 2, "--checks", "errors", "--out", tmp_path, "--json")
    summary = rowrace("run", f"{BANK}:Deadlocking", *words).json
    assert (summary["cases"], summary["exit"]) == (200, 1)
    assert "deadlock" in {finding["kind"] for finding in summary["findings"]}
    assert sorted(finding["path"] for finding in summary["findings"]) == sorted(map(str, tmp_path.iterdir()))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--time", "abc"), "'abc' is no time; write 90, 90s, 5m or 1h."),
        (("--checks", "errors,luck"), "'luck' is no check; write all, or one or more of errors,"),
        (("--time", "0"), "'0' is no time"),
        (("--isolation", "rc,dirty"), "'dirty' is no isolation level; write one or more of rc,rr,ser"),
        (("--cases", "0"), "--cases"),
        (("--sessions", "1"), "--sessions"),
        (("--jobs", "0"), "--jobs"),
        (("--strategy", "luck"), "'luck' is no strategy; write mix, or one or more of drawn,walk,uniform,pct,pos,"),
        (("--sed", "1"), "--seed"),
    ],
)
def test_a_wrong_option_says_what_is_accepted(rowrace: Rowrace, words: tuple[str, ...], hint: str) -> None:
    ran = rowrace("run", f"{BANK}:Keeping", *words)
    assert ran.status == 2
    assert hint in ran.err
    assert "Traceback" not in ran.err


def test_a_folder_that_cannot_be_written_is_told_before_fuzzing(rowrace: Rowrace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = rowrace("run", f"{BANK}:Keeping", "--out", tmp_path / "file")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"rowrace: {tmp_path}/file cannot be written: ")
    assert "--out" in ran.err
