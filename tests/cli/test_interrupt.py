from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from fuzz.postgres import Server
from tests.cli.conftest import ROOT, Rowrace

RUN = ("run", "tests/targets/bank.py:Deadlocking")
EXPLORE = ("explore", "models.zoo.vanished_binding:VanishedBinding")


def begun(server: Server, *words: str) -> subprocess.Popen[str]:
    """A command in a process, and a group of processes, of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "fuzz", *words],
        cwd=ROOT,
        env={**os.environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("command", [RUN, EXPLORE], ids=["run", "explore"])
def test_ctrl_c_writes_what_was_found_and_exits_130(server: Server, tmp_path: Path, command: tuple[str, str]) -> None:
    words = (*command, "--time", "1h", "--seed", "1", "--out", str(tmp_path), "--json")
    with begun(server, *words) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("replay"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "time was up" not in err
    assert err.splitlines()[-1].startswith("seed 1: ")
    summary = json.loads(out)
    assert summary["exit"] == 130
    assert summary["findings"]
    for finding in summary["findings"]:
        assert (Path(finding["path"]) / "case.json").is_file()


def is_worker(child: psutil.Process) -> bool:
    with suppress(psutil.Error):  # it has ended meanwhile
        return any("spawn_main" in word for word in child.cmdline())
    return False


@pytest.mark.parametrize("command", ["run", "explore"])
def test_processes_that_share_the_work_do_not_hear_ctrl_c_not_even_while_they_begin(
    server: Server, tmp_path: Path, command: str
) -> None:
    words = (command, "tests/targets/bank.py:Deadlocking", "--time", "1h", "--jobs", "2", "--out", str(tmp_path))
    with begun(server, *words) as process:
        while sum(map(is_worker, psutil.Process(process.pid).children())) < 2:
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all of them are sent it
        out, err = process.communicate()
    assert process.returncode == 130
    assert "interrupted; what was found so far is written" in out
    assert "Traceback" not in err


IMPATIENT = "tests/targets/impatient.py"


@pytest.mark.parametrize("operations", [(), ("look", "look")], ids=["all", "two"])
def test_ctrl_c_while_calls_are_still_run_alone_is_told_and_is_a_matrix_without_cells(
    rowrace: Rowrace, tmp_path: Path, operations: tuple[str, ...]
) -> None:
    page = tmp_path / "matrix.html"
    words = (f"{IMPATIENT}:Learnt", *operations, "--out", tmp_path, "--html", page, "--json")
    ran = rowrace("explore", *words)
    assert ran.status == ran.json["exit"] == 130
    assert ran.json["cells"] == []
    assert ran.json["whole"] is False
    assert "interrupted while calls were still run alone: no two were explored" in ran.err
    assert "time was up" not in ran.err
    assert "Not all was run" in page.read_text()


@pytest.mark.parametrize("command", ["run", "explore"])
def test_ctrl_c_before_there_is_anything_to_tell_is_told(rowrace: Rowrace, tmp_path: Path, command: str) -> None:
    ran = rowrace(command, f"{IMPATIENT}:Created", "--out", tmp_path)
    assert ran.status == 130
    assert ran.err == "rowrace: interrupted\n"
