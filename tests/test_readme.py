from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from fuzz.postgres import Server

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


TIMELINE, EXPLORED, TARGET, CURE, IN_PYTEST = *blocks("text"), *blocks("python")
COMMANDS = re.findall(r"^\.venv/bin/python (.*?)(?:  +#.*)?$", "".join(blocks("sh")), re.MULTILINE)


@dataclass(frozen=True)
class Reader:
    """Somebody who copies blocks and commands from the README, in a directory of their own."""

    folder: Path
    env: dict[str, str]

    def writes(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def runs(self, command: str) -> subprocess.CompletedProcess[str]:
        assert command in COMMANDS, f"the README has no command {command!r}"
        words = [sys.executable, *shlex.split(command)]
        return subprocess.run(words, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)


@pytest.fixture
def reader(server: Server, tmp_path: Path) -> Reader:
    dsn = server.address.render_as_string(hide_password=False)
    return Reader(tmp_path, {**os.environ, "ROWRACE_DSN": dsn})


def last(ran: subprocess.CompletedProcess[str]) -> str:
    return ran.stdout.splitlines()[-1]


def steps(timeline: str) -> list[list[str]]:
    """The words of each step, whichever lane it is in: A and B change places from seed to seed."""
    lines = [line for line in timeline.splitlines() if re.match(r"[> ] ? *\d+  ", line)]
    return [[word for word in line.split() if word not in {".", ">"}] for line in lines]


def cured(change: str) -> str:
    """The worked example with another `transfer`."""
    text, replaced = re.subn(r"    @operation\(.*?\n(?=\n    @invariant)", lambda _: change, TARGET, flags=re.DOTALL)
    assert replaced == 1
    return text


RUN = "-m fuzz run bank.py --cases 200 --seed 1"
SHOW = "-m fuzz show findings/66fe4346"
REPLAY = "-m fuzz replay findings"
GENERATED = "-m pytest findings/66fe4346"
TESTED = "-m pytest test_bank.py"
EXPLORE = "-m fuzz explore bank.py transfer transfer"


def test_the_worked_example_races_until_it_is_cured(reader: Reader) -> None:
    reader.writes("bank.py", TARGET)
    reader.writes("test_bank.py", IN_PYTEST)
    ran = reader.runs(RUN)
    assert (ran.returncode, last(ran)) == (1, "seed 1: 2 findings"), ran.stdout + ran.stderr
    shown = reader.runs(SHOW).stdout
    assert shown.splitlines()[0] == TIMELINE.splitlines()[0]
    assert steps(shown) == steps(TIMELINE)
    replayed = reader.runs(REPLAY)
    assert (replayed.returncode, replayed.stdout.count("FAILED")) == (1, 2), replayed.stdout + replayed.stderr
    assert reader.runs(GENERATED).returncode == 1
    tested = reader.runs(TESTED)
    assert "3 failed" in last(tested), tested.stdout

    reader.writes("bank.py", cured(CURE))
    ran = reader.runs(RUN)
    assert (ran.returncode, last(ran)) == (0, "seed 1: no findings"), ran.stdout + ran.stderr
    replayed = reader.runs(REPLAY)
    assert (replayed.returncode, replayed.stdout.count("FIXED")) == (0, 2), replayed.stdout + replayed.stderr
    assert reader.runs(GENERATED).returncode == 0
    tested = reader.runs(TESTED)
    assert "3 passed" in last(tested), tested.stdout


def test_every_interleaving_of_the_worked_example_shows_its_races_and_none_once_it_is_cured(reader: Reader) -> None:
    reader.writes("bank.py", TARGET)
    ran = reader.runs(EXPLORE)
    assert (ran.returncode, last(ran)) == (1, "seed 1: 2 findings"), ran.stdout + ran.stderr
    assert EXPLORED in ran.stdout
    reader.writes("bank.py", cured(CURE))
    ran = reader.runs(EXPLORE)
    assert (ran.returncode, last(ran)) == (0, "seed 1: no findings"), ran.stdout + ran.stderr


def test_locks_in_the_order_of_arguments_still_deadlock(reader: Reader) -> None:
    reader.writes("bank.py", cured(re.sub(r"sorted\((.*)\):$", r"\1:", CURE, flags=re.MULTILINE)))
    ran = reader.runs(RUN)
    assert (ran.returncode, last(ran)) == (1, "seed 1: 1 finding"), ran.stdout + ran.stderr
    assert "! DeadlockDetected: deadlock detected" in ran.stdout


def test_every_file_that_the_readme_links_to_is_there() -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / path).is_file(), path
