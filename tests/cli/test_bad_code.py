"""Code that cannot be scheduled, from the desk: exit status 2, and one clear word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fuzz.engine.environment

Rowrace = Callable[..., Any]

CODE = "tests/targets/bad_code.py"

RUN = ("run", "--cases", 20, "--seed", 1)

WORDS = {
    "Raising": "Raising could not open: ValueError: no settings",
    "Hanging": "Hanging has not come to the end of open: it is at bad_code.py:",
    "Forking": "has started a process of its own that uses the database, at bad_code.py:",
    "Threading": "has started a thread of its own that uses the database, at bad_code.py:",
    "Unawaited": "Unawaited.look returned a coroutine, which nobody awaits",
    "Elsewhere": "connects to sqlite database ':memory:', which is not the scratch database",
    "Mapping": "If that is the extension postgis: the embedded server has the extensions of PostgreSQL's own",
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz.engine.environment, "LONGEST_OPEN", 0.5)


@pytest.mark.parametrize(("name", "word"), WORDS.items())
@pytest.mark.parametrize("command", [RUN, ("explore", "look", "look")])
def test_it_ends_with_status_two_and_says_why(
    rowrace: Rowrace, tmp_path: Path, command: tuple[Any, ...], name: str, word: str
) -> None:
    first, *others = command
    ran = rowrace(first, f"{CODE}:{name}", *others, "--out", tmp_path)
    assert ran.status == 2, ran.out + ran.err
    assert word in ran.err
    assert ran.err.count("rowrace: ") == 1
    assert "Traceback" not in ran.err
    assert not list(tmp_path.iterdir())


def test_a_call_that_writes_and_commits_nothing_is_told_once_and_in_the_summary(
    rowrace: Rowrace, tmp_path: Path
) -> None:
    words = ("run", "--cases", 60, "--seed", 1, f"{CODE}:Uncommitted", "--out", tmp_path)
    ran = rowrace(*words)
    assert ran.status == 0, ran.out
    told = [line for line in ran.out.splitlines() if line.startswith("committed nothing: ")]
    assert [line.split()[2] for line in told] == ["forget", "forget_awaited"]
    assert "let it commit (`session.commit()`)" in told[0]
    assert set(rowrace(*words, "--json").json["uncommitted"]) == {"forget", "forget_awaited"}


def test_code_that_asks_for_an_event_loop_fails_alone_and_is_told_how_to_be_given_one(
    rowrace: Rowrace, tmp_path: Path
) -> None:
    ran = rowrace(*RUN, f"{CODE}:Loopless", "--out", tmp_path)
    assert ran.status == 0
    told = "look raises RuntimeError. It needs an event loop that runs: write it as `async def`."
    assert f"fails alone, so no race: {told}" in ran.out
