from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fuzz.explain import page
from fuzz.violations import KINDS

Rowrace = Callable[..., Any]

ROOT = Path(__file__).parents[2]


def on_a_terminal(*words: str, **env: str) -> str:
    """What a command prints on a terminal of 120 columns."""
    terminal, end = pty.openpty()
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "PYTHONUTF8": "1", **env}
    with subprocess.Popen([sys.executable, "-m", "fuzz", *words], cwd=ROOT, env=variables, stdout=end) as program:
        os.close(end)
        text = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
    assert program.returncode == 0
    return text.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    with suppress(OSError):  # that is how Linux tells that a terminal has no other end any more
        return os.read(terminal, 65536)
    return b""


@pytest.mark.parametrize("kind", KINDS)
def test_off_a_terminal_a_page_is_as_it_is_written(rowrace: Rowrace, kind: str) -> None:
    ran = rowrace("explain", kind)
    assert (ran.status, ran.out, ran.err) == (0, page(kind), "")


def test_off_a_terminal_there_are_no_escapes_whatever_the_environment_says(
    rowrace: Rowrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in rowrace("explain", "lost-update").out


def test_on_a_terminal_a_page_is_set_and_its_timeline_kept() -> None:
    text = on_a_terminal("explain", "lost-update")
    assert "\x1b[1m" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "```" not in plain
    step = next(line for line in page("lost-update").splitlines() if "8 -> 7" in line)
    assert step in plain
    assert max(map(len, plain.splitlines())) <= 104


def test_a_terminal_that_knows_no_unicode_gets_the_page_as_it_is_written() -> None:
    env = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    assert on_a_terminal("explain", "lost-update", **env) == page("lost-update")


def test_without_a_kind_all_are_listed_by_check(rowrace: Rowrace) -> None:
    ran = rowrace("explain")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        *("errors", "revisions", "invariants", "isolation", "serial", "sessions")
    ]
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(KINDS)
    assert "  lost-update                a change is overwritten by one that was computed without it" in lines
    assert max(map(len, lines)) <= 120


def test_an_unknown_kind_is_told_with_the_nearest(rowrace: Rowrace) -> None:
    ran = rowrace("explain", "Lost_Updates")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "rowrace: There is no kind of violation 'Lost_Updates'.\n"
        "The nearest: lost-update. `python -m fuzz explain` lists all.\n"
    )


def test_a_kind_unlike_any_is_told(rowrace: Rowrace) -> None:
    ran = rowrace("explain", "tea\x1b")
    assert ran.status == 2
    assert ran.err == ("rowrace: There is no kind of violation 'tea\\x1b'.\n`python -m fuzz explain` lists all.\n")
