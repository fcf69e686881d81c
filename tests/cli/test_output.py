"""What code under test prints, and what a program that reads the result is not to read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.case import Call, Case
from fuzz.cli.output import kept_for_result
from fuzz.postgres import Server
from tests.cli.conftest import ROOT, write

TALKING = "tests/targets/talking.py"

RUN = ("run", TALKING, "--cases", "20")
EXPLORE = ("explore", TALKING, "--isolation", "rc,rr")  # for two processes to have something to do each

SPOKEN = {"imported", "printed", "printed in the end", "written"}


def told(server: Server, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command prints that is not run in this process, but has its own descriptors."""
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *words],
        cwd=ROOT,
        env={**os.environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("command", [RUN, EXPLORE], ids=["run", "explore"])
def test_the_result_has_standard_output_to_itself_though_the_target_prints(
    server: Server, tmp_path: Path, command: tuple[str, ...], jobs: str
) -> None:
    ran = told(server, *command, "--jobs", jobs, "--out", str(tmp_path), "--json")
    assert json.loads(ran.stdout)["exit"] == ran.returncode == 1, ran.stderr
    assert set(ran.stderr.splitlines()) >= SPOKEN


def test_so_it_has_when_cases_are_replayed(server: Server, tmp_path: Path) -> None:
    call = Call("count")
    case = Case(TALKING, "rc", {"A": (call,), "B": (call,)}, tuple("ABABAB"))
    ran = told(server, "replay", str(write(tmp_path / "case", case)), "--json")
    assert json.loads(ran.stdout)["exit"] == ran.returncode == 1, ran.stderr
    assert set(ran.stderr.splitlines()) >= SPOKEN


def test_without_a_result_for_programs_what_the_target_prints_stays_where_it_is(server: Server, tmp_path: Path) -> None:
    ran = told(server, *RUN, "--out", str(tmp_path))
    assert set(ran.stdout.splitlines()) >= SPOKEN
    assert not ran.stderr


def test_standard_output_is_its_owner_s_again_when_a_command_is_broken_off(capfd: pytest.CaptureFixture[str]) -> None:
    def speak() -> None:
        print("printed")
        os.write(1, b"written\n")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), kept_for_result(wanted=True):
        speak()
    print("afterwards")
    os.write(1, b"and written\n")
    out, err = capfd.readouterr()
    assert sorted(out.splitlines()) == ["afterwards", "and written"]
    assert sorted(err.splitlines()) == ["printed", "written"]
