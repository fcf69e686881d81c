from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzz.postgres import Server

ROOT = Path(__file__).parents[2]

BANK = "tests/targets/bank.py"

Script = Callable[..., subprocess.CompletedProcess[str]]


def test_each_target_has_its_share_of_the_time_and_the_worst_status_counts(script: Script, tmp_path: Path) -> None:
    targets = (f"{BANK}:Gone", f"{BANK}:Keeping")
    ran = script("ci/each", "2s", "--seed", "5", "--out", tmp_path / "my findings", "--", *targets)
    assert ran.returncode == 2
    assert ran.stdout.endswith("seed 5: no findings\n")
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


@pytest.mark.parametrize(
    "words", [("ci/each", "1h", "--seed", "1", "--out", "OUT", "--"), ("ci/nightly", "--time", "1h", "--out", "OUT")]
)
def test_ctrl_c_ends_the_whole_round_with_130(words: tuple[str, ...], server: Server, tmp_path: Path) -> None:
    command = [str(tmp_path) if word == "OUT" else word for word in words]
    environment = {**os.environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)}
    with subprocess.Popen(
        [*command, f"{BANK}:Deadlocking", f"{BANK}:Ordered"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("replay"):
                break
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert f"{BANK}:Ordered" not in rest
    assert len(list(tmp_path.rglob("case.json"))) >= 1
