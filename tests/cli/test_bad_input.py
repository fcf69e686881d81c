from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from fuzz.postgres import Server
from fuzz.postgres.connection import connect
from fuzz.postgres.embedded import embedded_server
from fuzz.postgres.installation import installation
from fuzz.postgres.settings import EMBEDDED

Rowrace = Callable[..., Any]

ROOT = Path(__file__).parents[2]

SECRET = "s3cret/word"


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def loaded_at(url: URL) -> object:
    with connect(url) as connection:
        return connection.execute("SELECT pg_conf_load_time()").fetchone()


@pytest.fixture(scope="module")
def guarded() -> Iterator[int]:
    """The port of a server that asks for passwords."""
    port = unused_port()
    with embedded_server(installation(None), {**EMBEDDED, "listen_addresses": "127.0.0.1", "port": str(port)}) as url:
        rules = Path(str(url.query["host"])) / "pg_hba.conf"
        rules.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        before = loaded_at(url)
        with connect(url) as connection:
            connection.execute("SELECT pg_reload_conf()")
        while loaded_at(url) == before:
            pass
        yield port


def message_of(ran: Any) -> str:
    """The one message of a command that could not do its work."""
    assert ran.status == 2
    assert "Traceback" not in ran.err
    assert SECRET not in ran.err + ran.out
    assert ran.err.startswith("rowrace: ")
    return str(ran.err)


COMMANDS = [("run", "models:Network", "--cases", "1"), ("doctor",)]


@pytest.mark.parametrize("words", COMMANDS)
def test_no_server_at_the_dsn_is_told(rowrace: Rowrace, words: tuple[str, ...], tmp_path: Path) -> None:
    port = unused_port()
    out = ("--out", tmp_path) if words[0] == "run" else ()
    ran = rowrace(*words, *out, "--dsn", f"postgresql://me:{SECRET.replace('/', '%2F')}@127.0.0.1:{port}/db")
    message = message_of(ran)
    assert f"cannot connect to 127.0.0.1:{port}" in message
    assert "leave the DSN out" in message


def test_a_wrong_password_is_told_and_not_shown(rowrace: Rowrace, guarded: int, failing: Path) -> None:
    dsn = f"postgresql://postgres:{SECRET.replace('/', '%2F')}@127.0.0.1:{guarded}/postgres"
    assert "Check user, password and database" in message_of(rowrace("replay", failing, "--dsn", dsn))


def test_a_dsn_that_is_none_is_told_and_not_shown(rowrace: Rowrace) -> None:
    assert "the DSN is no PostgreSQL URL" in message_of(rowrace("doctor", "--dsn", f"me:{SECRET}"))


def test_a_folder_without_postgres_is_told_also_where_the_environment_names_a_server(
    rowrace: Rowrace, tmp_path: Path
) -> None:
    assert os.environ["ROWRACE_DSN"]
    assert f"no PostgreSQL in {tmp_path}" in message_of(rowrace("doctor", "--pg-bin", tmp_path))


@pytest.mark.parametrize("options", [("--pg-bin", "/bin", "--dsn", "postgresql:///"), ("--dsn", "x", "--pg-bin", "y")])
def test_two_servers_on_one_command_line_are_refused(rowrace: Rowrace, options: tuple[str, ...]) -> None:
    ran = rowrace("doctor", *options)
    assert ran.status == 2
    assert "--pg-bin and --dsn: one starts a server, and the other uses one that runs: give one of them." in ran.err
    assert not ran.out


def test_an_unknown_target_is_told(rowrace: Rowrace) -> None:
    assert message_of(rowrace("run", "models:Nope")) == (
        "rowrace: models has no target Nope.\nIts targets: Network, Sessions.\n"
    )


def test_a_target_that_raises_on_import_is_told(rowrace: Rowrace, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("prices = {}\nprices['tea']\n")
    assert f"KeyError: 'tea' ({tmp_path}/shop.py:2)" in message_of(rowrace("run", tmp_path / "shop.py"))


def test_an_operation_without_a_strategy_is_told(rowrace: Rowrace, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "from fuzz import Target, operation\nclass Shop(Target):\n    @operation\n    def buy(self, session, what): ..."
    )
    message = message_of(rowrace("run", tmp_path / "shop.py"))
    assert "operation buy of Shop: argument 'what' has no strategy." in message
    assert "@operation(what=" in message


UNSEEDED = """
from fuzz import Target, operation
from sqlalchemy import MetaData

class Shop(Target):
    metadata = MetaData()

    def seed(self, session):
        raise ValueError("no \\x1b seed")

    @operation
    def buy(self, session): ...
"""


def test_a_target_that_cannot_be_seeded_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(UNSEEDED)
    ran = subprocess.run(
        [sys.executable, "-m", "fuzz", "run", str(tmp_path / "shop.py"), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "ROWRACE_DSN": server.address.render_as_string(hide_password=False)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("rowrace: Shop could not seed the database: ValueError: no \\x1b seed\n")
    assert "Traceback" not in ran.stderr


def test_no_command_gives_the_help(rowrace: Rowrace) -> None:
    ran = rowrace()
    assert ran.status == 2
    assert "replay" in ran.out + ran.err


def test_an_error_of_our_own_shows_where_it_was(rowrace: Rowrace, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_word: str) -> None:
        message = "a bug of ours"
        raise RuntimeError(message)

    monkeypatch.setattr("fuzz.cli.run.find_target", broken)
    ran = rowrace("run", "models:Network")
    assert ran.status == 2
    assert "Traceback" in ran.err
    assert "RuntimeError: a bug of ours" in ran.err
