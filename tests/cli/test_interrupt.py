from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.postgres import Server

ROOT = Path(__file__).parents[2]


RUN = ("run", "tests/targets/bank.py:Deadlocking")
EXPLORE = ("explore", "models.zoo.vanished_binding:VanishedBinding")


@pytest.mark.parametrize("command", [RUN, EXPLORE], ids=["run", "explore"])
def test_ctrl_c_writes_what_was_found_and_exits_130(server: Server, tmp_path: Path, command: tuple[str, str]) -> None:
    words = (*command, "--time", "1h", "--seed", "1", "--out", str(tmp_path), "--json")
    environment = {**os.environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)}
    with subprocess.Popen(
        [sys.executable, "-m", "fuzz", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("replay"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("seed 1: ")
    summary = json.loads(out)
    assert summary["exit"] == 130
    assert summary["findings"]
    for finding in summary["findings"]:
        assert (Path(finding["path"]) / "case.json").is_file()
