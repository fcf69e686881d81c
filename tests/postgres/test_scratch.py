from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow
from sqlalchemy import NullPool, create_engine, text

from fuzz.errors import ServerError
from fuzz.postgres import Scratch, Server
from fuzz.postgres.connection import connect
from fuzz.postgres.scratch import MARK, scratch_database
from fuzz.postgres.settings import CONNECTION, WISHED

FUZZER = """
import sys
from sqlalchemy import make_url
from fuzz.postgres.scratch import scratch_database
with scratch_database(make_url(sys.argv[1])) as scratch:
    print(scratch.name, flush=True)
    sys.stdin.read()
"""

WAIT_FOR_ITS_END = """
    SELECT pg_terminate_backend(pid, 60000) FROM pg_locks
    WHERE locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)
"""


def databases(server: Server) -> set[str]:
    with connect(server.address) as connection:
        return {str(name) for (name,) in connection.execute("SELECT datname FROM pg_database")}


def started_fuzzer(server: Server) -> subprocess.Popen[str]:
    address = server.address.render_as_string(hide_password=False)
    command = [sys.executable, "-c", FUZZER, address]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def name_said_by(fuzzer: subprocess.Popen[str]) -> str:
    assert fuzzer.stdout is not None
    return fuzzer.stdout.readline().strip()


def current(connection: psycopg.Connection[TupleRow], setting: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return str(row[0])


def test_a_scratch_database_is_empty_and_speaks_utf8(scratch: Scratch) -> None:
    with scratch.connect() as connection:
        tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        assert connection.execute(tables).fetchone() == (0,)
        assert current(connection, "server_encoding") == "UTF8"


def test_a_connection_to_it_is_in_autocommit_mode(scratch: Scratch) -> None:
    with scratch.connect() as connection:
        connection.execute("SELECT 1")
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_an_engine_of_the_targets_own_connects_to_it(scratch: Scratch) -> None:
    engine = create_engine(scratch.url.render_as_string(hide_password=False), poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_database()")) == scratch.name


def test_the_settings_hold_for_whoever_connects(scratch: Scratch) -> None:
    with scratch.connect() as connection:
        connection.execute("CREATE ROLE passer_by LOGIN")
    try:
        with connect(scratch.url.set(username="passer_by")) as connection:
            expected = {**CONNECTION, **WISHED}
            assert {name: current(connection, name) for name in expected} == expected
            sources = connection.execute("SELECT DISTINCT source FROM pg_settings WHERE name = ANY(%s)", [[*expected]])
            assert sources.fetchall() == [("database",)]
    finally:
        with scratch.connect() as connection:
            connection.execute("DROP ROLE passer_by")


def test_it_is_dropped_at_the_end_even_while_somebody_is_connected(server: Server) -> None:
    with server.scratch() as scratch:
        assert scratch.name in databases(server)
        connection = scratch.connect()
    assert scratch.name not in databases(server)
    with closing(connection), pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_it_is_dropped_when_the_run_fails(server: Server) -> None:
    with pytest.raises(ZeroDivisionError), server.scratch() as scratch:
        _ = 1 / 0
    assert scratch.name not in databases(server)


def test_what_a_killed_fuzzer_left_is_dropped_by_the_next(server: Server) -> None:
    with started_fuzzer(server) as fuzzer:
        name = name_said_by(fuzzer)
        fuzzer.kill()
    assert name in databases(server)
    with connect(server.address) as connection:
        connection.execute(WAIT_FOR_ITS_END, [name])
    with server.scratch():
        assert name not in databases(server)


def test_what_a_living_fuzzer_works_in_is_never_dropped(server: Server) -> None:
    with started_fuzzer(server) as fuzzer:
        name = name_said_by(fuzzer)
        with server.scratch():
            assert name in databases(server)
        fuzzer.communicate()
    assert name not in databases(server)


def test_fuzzers_that_stand_on_different_databases_see_each_other(server: Server) -> None:
    with server.scratch() as living, scratch_database(server.url("template1")):
        assert living.name in databases(server)


@pytest.mark.parametrize("comment", [None, "my own"])
def test_a_database_of_such_a_name_without_our_mark_is_never_touched(server: Server, comment: str | None) -> None:
    name = "rowrace_0123456789abcdef"
    with connect(server.address) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        if comment:
            connection.execute(f"COMMENT ON DATABASE {name} IS '{comment}'".encode())
        try:
            with server.scratch():
                assert name in databases(server)
        finally:
            connection.execute(f"DROP DATABASE {name}".encode())


def test_a_marked_database_of_another_name_is_never_touched(server: Server) -> None:
    with connect(server.address) as connection:
        connection.execute("CREATE DATABASE rowrace_reports")
        connection.execute(f"COMMENT ON DATABASE rowrace_reports IS '{MARK}'".encode())
        try:
            with server.scratch():
                assert "rowrace_reports" in databases(server)
        finally:
            connection.execute("DROP DATABASE rowrace_reports")


def test_a_database_that_cannot_be_created_is_told(server: Server) -> None:
    with connect(server.address) as connection:
        connection.execute("CREATE ROLE onlooker LOGIN")
        try:
            with pytest.raises(ServerError, match=r"cannot create scratch database rowrace_.*: permission denied"):
                scratch_database(server.address.set(username="onlooker")).__enter__()
        finally:
            connection.execute("DROP ROLE onlooker")
