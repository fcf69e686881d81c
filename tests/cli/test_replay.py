from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fuzz.case import FORMAT, Call, Case, read_case

Rowrace = Callable[..., Any]


def test_a_case_that_fails_is_failed_with_its_timeline(rowrace: Rowrace, failing: Path) -> None:
    ran = rowrace("replay", failing)
    assert ran.status == 1
    assert ran.out.startswith(f"FAILED   {failing}   deadlock in 3 of 3 runs\n\ndeadlock   ")
    assert f"python -m fuzz replay {failing}      (3 of 3 identical)" in ran.out


def test_a_case_that_does_not_fail_any_more_is_fixed(rowrace: Rowrace, fixed: Path) -> None:
    ran = rowrace("replay", fixed / "case.json")
    assert ran.status == 0
    assert ran.out == f"FIXED   {fixed}/case.json   nothing is wrong in 3 runs\n"


def test_a_folder_of_folders_and_files_is_replayed_whole(
    rowrace: Rowrace, failing: Path, fixed: Path, tmp_path: Path
) -> None:
    shutil.copy(fixed / "case.json", tmp_path / "loose.json")
    ran = rowrace("replay", tmp_path, "--json")
    statuses = {Path(each["path"]).name: each["status"] for each in ran.json["cases"]}
    assert statuses == {"failing": "FAILED", "fixed": "FIXED", "loose.json": "FIXED"}
    assert ran.json["exit"] == ran.status == 1


def test_a_case_whose_runs_differ_is_diverged(rowrace: Rowrace, tmp_path: Path) -> None:
    case = Case("tests/targets/fickle.py:Fickle", "rc", {"A": (Call("toss"),)})
    (tmp_path / "case.json").write_text(case.dumps())
    ran = rowrace("replay", tmp_path)
    assert ran.status == 3
    assert ran.out.startswith(f"DIVERGED   {tmp_path}   3 runs of the same case do not agree")


def test_a_case_that_cannot_be_judged_outweighs_one_that_fails(rowrace: Rowrace, failing: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.json"
    cut.write_text((failing / "case.json").read_text()[:100])
    ran = rowrace("replay", cut, failing, "--json")
    assert [each["status"] for each in ran.json["cases"]] == ["ERROR", "FAILED"]
    assert ran.status == 2


def error_of(rowrace: Rowrace, case: Path) -> str:
    ran = rowrace("replay", case)
    assert ran.status == 2
    assert ran.out.startswith(f"ERROR   {case}   ")
    assert ran.out.count("\n") == 1
    return str(ran.out)


def test_a_case_of_a_newer_format_is_told(rowrace: Rowrace, failing: Path) -> None:
    file = failing / "case.json"
    file.write_text(file.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'))
    assert "Upgrade rowrace" in error_of(rowrace, file)


def test_a_case_of_another_target_is_told(rowrace: Rowrace, failing: Path) -> None:
    file = failing / "case.json"
    file.write_text(file.read_text().replace("Deadlocking", "Expiring"))
    assert "The case calls transfer, which Expiring does not have." in error_of(rowrace, file)


def test_a_case_that_asks_for_a_check_that_there_is_not_is_told(rowrace: Rowrace, failing: Path) -> None:
    file = failing / "case.json"
    file.write_text(replace(read_case(file), checks=("errors", "foo")).dumps())
    assert f"{file} names 'foo', which is no check. They are errors, revisions, " in error_of(rowrace, file)
    explored = rowrace("explore", file)
    assert explored.status == 2
    assert "names 'foo', which is no check" in explored.err


def test_a_case_that_calls_nothing_is_told(rowrace: Rowrace, failing: Path) -> None:
    file = failing / "case.json"
    file.write_text(replace(read_case(file), programs={}, schedule=()).dumps())
    assert f"{file} is no valid case: its programs call nothing." in error_of(rowrace, file)


def test_a_case_whose_target_is_gone_is_told(rowrace: Rowrace, failing: Path) -> None:
    file = failing / "case.json"
    file.write_text(file.read_text().replace("Deadlocking", "Gone"))
    assert "has no target Gone" in error_of(rowrace, file)


def test_a_case_that_is_not_there_is_told(rowrace: Rowrace, tmp_path: Path) -> None:
    assert "cannot be read" in error_of(rowrace, tmp_path / "nowhere")


def test_a_folder_without_cases_is_told(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("replay", tmp_path)
    assert ran.status == 2
    assert ran.err.startswith(f"rowrace: There is no case in {tmp_path}.\n")


def test_show_gives_the_timeline_of_a_run(rowrace: Rowrace, failing: Path, fixed: Path) -> None:
    ran = rowrace("show", failing)
    assert ran.status == 0
    assert ran.out.startswith("deadlock   transfer(1, 2) x transfer(2, 1)   READ COMMITTED")
    assert rowrace("show", fixed).out.startswith("no violation   transfer(1, 2) x transfer(2, 1)")


def test_show_tells_of_a_case_that_cannot_be_read(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("show", tmp_path)
    assert ran.status == 2
    assert ran.err.startswith(f"rowrace: {tmp_path}/case.json cannot be read")
