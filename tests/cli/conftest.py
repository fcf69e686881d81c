from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fuzz.case import Call, Case
from fuzz.cli import run_command
from fuzz.postgres import Server

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Rowrace = Callable[..., Ran]


@pytest.fixture
def rowrace(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rowrace:
    """Runs a command in this process, on the server of all tests."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("ROWRACE_DSN", server.address.render_as_string(hide_password=False))
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["rowrace", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run_command()
        captured = capsys.readouterr()
        return Ran(int(ended.value.code or 0), captured.out, captured.err)

    return run


def deadlock(target: str = "tests/targets/bank.py:Deadlocking") -> Case:
    programs = {
        "A": (Call("transfer", {"source": 1, "to": 2}),),
        "B": (Call("transfer", {"source": 2, "to": 1}),),
    }
    return Case(target, "rc", programs, ("A", "B", "A", "B", "B", "A"))


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    """A folder with a case that fails."""
    return write(tmp_path / "failing", deadlock())


@pytest.fixture
def fixed(tmp_path: Path) -> Path:
    """A folder with the same case, of the target that was mended."""
    return write(tmp_path / "fixed", deadlock("tests/targets/bank.py:Ordered"))


def write(folder: Path, case: Case) -> Path:
    folder.mkdir()
    (folder / "case.json").write_text(case.dumps())
    return folder
