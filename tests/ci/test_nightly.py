from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fuzz.case import Call, Case

BANK = "tests/targets/bank.py"

Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """Findings of an earlier night: one of them has been fixed."""
    programs = {
        "A": (Call("transfer", {"source": 1, "to": 2}),),
        "B": (Call("transfer", {"source": 2, "to": 1}),),
    }
    for name, target in {"living": "Deadlocking", "mended": "Ordered"}.items():
        (tmp_path / "known" / name).mkdir(parents=True)
        case = Case(f"{BANK}:{target}", "rc", programs, tuple("ABAB"))
        (tmp_path / "known" / name / "case.json").write_text(case.dumps())
    return tmp_path / "known"


def test_a_night_replays_then_fuzzes_and_writes_what_ci_shows(script: Script, known: Path, tmp_path: Path) -> None:
    out = tmp_path / "nightly"
    words = ("--findings", known, "--time", "2s", "--seed", "1", "--out", out, f"{BANK}:Keeping", f"{BANK}:Gone")
    ran = script("ci/nightly", *words)
    assert ran.returncode == 2
    assert ran.stdout.splitlines()[0] == "seed 1"
    assert ran.stdout.splitlines()[-1] == "seed 1: exit status 2"
    suites = {suite.get("name"): suite for suite in ET.parse(out / "junit.xml").getroot()}
    assert [(case.get("name"), [told.tag for told in case]) for case in suites["replay"]] == [
        (str(known / "living"), ["failure"]),
        (str(known / "mended"), []),
    ]
    assert [told.tag for case in suites[f"{BANK}:Keeping"] for told in case] == []
    assert [told.tag for case in suites[f"{BANK}:Gone"] for told in case] == ["error"]
    summary = (out / "summary.md").read_text()
    assert summary == (tmp_path / "step.md").read_text()
    assert f"| FIXED | {known}/mended nothing is wrong in 3 runs |" in summary.replace("\\", "")


def test_what_is_not_fixed_is_kept_for_the_next_night(script: Script, known: Path, tmp_path: Path) -> None:
    out = tmp_path / "nightly"
    ran = script("ci/nightly", "--findings", known, "--time", "1s", "--out", out, f"{BANK}:Keeping")
    assert ran.returncode == 1
    assert [folder.name for folder in (out / "findings").iterdir()] == ["living"]


def test_a_finding_of_an_artifact_replays_red_with_one_command(script: Script, tmp_path: Path) -> None:
    words = ("--cases", "500", "--seed", "1", "--max-findings", "1", "--out", tmp_path / "findings")
    assert script(sys.executable, "-m", "fuzz", "run", f"{BANK}:Deadlocking", *words).returncode == 1
    (folder,) = (tmp_path / "findings").iterdir()
    elsewhere = shutil.move(folder, tmp_path / "downloaded")
    replayed = script(sys.executable, "-m", "fuzz", "replay", elsewhere)
    assert replayed.returncode == 1
    assert replayed.stdout.startswith(f"FAILED   {elsewhere}   deadlock in 3 of 3 runs")
    (test,) = Path(elsewhere).glob("test_*.py")
    tested = script(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test)
    assert tested.returncode == 1
    assert "! DeadlockDetected: deadlock detected" in tested.stdout


def test_a_wrong_time_is_a_usage_error(script: Script) -> None:
    ran = script("ci/nightly", "--time", "abc")
    assert ran.returncode == 2
    assert "'abc' is no time; write 90, 90s, 5m or 1h." in ran.stderr
