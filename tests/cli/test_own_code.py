"""Code that builds its own engines, keeps sessions by thread, takes locks of its own or is awaited, from the desk."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from os import environ
from pathlib import Path
from typing import Any

import pytest

from fuzz import check
from fuzz.lookup import find_target
from fuzz.postgres import Server
from fuzz.violations import LostUpdate
from tests.cli.conftest import ROOT

OWN = "tests/targets/own_code.py"

KEEPERS = "tests/engine/keepers.py"
"""Each is run in a process of its own: what one keeps, it keeps in the process."""

Rowrace = Callable[..., Any]


@pytest.mark.parametrize("name", ["Own", "ByThread", "Awaited", "PassedBy"])
def test_a_lost_update_is_found_and_replayed(rowrace: Rowrace, tmp_path: Path, name: str) -> None:
    ran = rowrace("run", f"{OWN}:{name}", "--cases", 200, "--seed", 1, "--max-findings", 1, "--out", tmp_path)
    assert ran.status == 1, ran.out
    (folder,) = tmp_path.iterdir()
    assert (folder / "timeline.txt").read_text().startswith("lost-update")
    assert rowrace("replay", folder).status == 1


THREADS = "each session runs in a thread: something here keeps sessions or connections by thread"

GREENLETS = "sessions run as greenlets of one thread"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (f"{OWN}:ByThread", [f"{THREADS}; operations are called"]),
        (f"{KEEPERS}:Numbered", [f"{GREENLETS}; operations are called"]),
        (f"{KEEPERS}:InSeed", [f"{THREADS}; operations are called"]),
        (f"{KEEPERS}:AtFirstCall", [f"{GREENLETS}; operations are called", THREADS]),
        ("tests/targets/own_code.py:Awaited", [f"{THREADS}; operations are awaited"]),  # its module has one, too
    ],
)
def test_it_is_told_what_was_chosen(server: Server, tmp_path: Path, target: str, told: list[str]) -> None:
    words = [sys.executable, "-m", "fuzz", "run", target, "--cases", "1", "--seed", "1", "--out", str(tmp_path)]
    env = {**environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)}
    ran = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert [line for line in ran.stdout.splitlines() if "thread" in line] == told


def test_a_lock_that_hides_races_is_told_with_the_way_past_it(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("run", f"{OWN}:Locked", "--cases", 50, "--seed", 1, "--out", tmp_path)
    assert ran.status == 0
    assert "waited in Python, not in the database: count for a lock in Python at own_code.py:" in ran.out
    assert "locks_passed_by = True" in ran.out


def test_so_it_is_where_all_interleavings_are_explored(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("explore", f"{OWN}:Locked", "count", "count", "--out", tmp_path, "--html", tmp_path / "page.html")
    told = rowrace(*words).out
    assert re.search(r"waited in Python, .*: count for a lock in Python at own_code.py:\d+ .*locks_passed_by", told)
    assert "waited in Python, not in the database" in (tmp_path / "page.html").read_text()
    (cell,) = (ran := rowrace(*words, "--json").json)["cells"]
    assert list(ran["waited_in_python"]) == list(cell["explored"][0]["waited_in_python"])
    assert re.match(r"count: a lock in Python at own_code.py:\d+$", *ran["waited_in_python"])


def test_what_waits_for_nobody_in_python_is_told_to_wait_for_nobody(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{OWN}:PassedBy", "count", "count", "--out", tmp_path, "--json")
    assert ran.json["waited_in_python"] == {}


@pytest.mark.parametrize("name", ["Own", "ByThread", "Awaited"])
def test_all_interleavings_are_explored(rowrace: Rowrace, tmp_path: Path, name: str) -> None:
    ran = rowrace("explore", f"{OWN}:{name}", "count", "count", "--out", tmp_path)
    assert ran.status == 1
    assert "lost-update" in ran.out


def test_code_that_keeps_its_turn_is_a_finding_after_the_step_timeout(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("--cases", 1, "--seed", 1, "--step-timeout", 0.3, "--out", tmp_path)
    ran = rowrace("run", f"{OWN}:Endless", *words)
    assert ran.status == 1, ran.out
    assert "hung" in ran.out
    assert "own_code.py:" in ran.out
    (folder,) = tmp_path.iterdir()
    assert rowrace("replay", folder, "--step-timeout", 0.3).status == 1


def test_code_that_keeps_its_turn_when_it_runs_alone_is_not_explored(rowrace: Rowrace, tmp_path: Path) -> None:
    words = ("wait", "wait", "--step-timeout", 0.3, "--out", tmp_path)
    ran = rowrace("explore", f"{OWN}:Endless", *words)
    assert ran.status == 2
    assert "wait(), run alone, has come to own_code.py:" in ran.err


def test_in_a_matrix_it_keeps_nothing_but_itself_from_being_explored(rowrace: Rowrace, tmp_path: Path) -> None:
    ran = rowrace("explore", f"{OWN}:Partly", "--step-timeout", 0.3, "--out", tmp_path)
    assert "wait was left out: wait(), run alone, has come to own_code.py:" in ran.out
    assert "lost-update" in ran.out.split()
    assert ran.status == 1
    nothing_else = rowrace("explore", f"{OWN}:Endless", "--step-timeout", 0.3, "--out", tmp_path)
    assert nothing_else.status == 2
    assert "wait(), run alone, has come to own_code.py:" in nothing_else.err


def test_a_check_may_be_made_where_an_event_loop_runs(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWRACE_DSN", server.address.render_as_string(hide_password=False))

    async def test() -> None:
        check(find_target(f"{OWN}:Awaited"), cases=60)

    with pytest.raises(LostUpdate):
        asyncio.run(test())
