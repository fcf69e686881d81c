from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

BANK = "tests/targets/bank.py"

Script = Callable[..., subprocess.CompletedProcess[str]]


def test_each_target_has_its_share_of_the_time_and_the_worst_status_counts(script: Script, tmp_path: Path) -> None:
    targets = (f"{BANK}:Keeping", f"{BANK}:Gone", f"{BANK}:Ordered")
    ran = script("ci/each", "3s", "--seed", "5", "--out", tmp_path / "my findings", "--", *targets)
    assert ran.returncode == 2
    assert ran.stdout.count("seed 5: no findings") == 2
    assert f"rowrace: {BANK} has no target Gone." in ran.stderr


@pytest.mark.parametrize("words", [(), ("60s",), ("60s", "--seed", "1", "--")])
def test_without_a_target_there_is_a_hint(script: Script, words: tuple[str, ...]) -> None:
    ran = script("ci/each", *words)
    assert ran.returncode == 2
    assert "usage: ci/each TIME" in ran.stderr


def test_a_time_that_cannot_be_read_is_a_usage_error(script: Script) -> None:
    ran = script("ci/each", "abc", "--", f"{BANK}:Keeping")
    assert ran.returncode == 2
    assert "'abc' is no time" in ran.stderr
