"""Scratch databases: created, marked and dropped by rowrace, which touches no other.

A living fuzzer holds an advisory lock named after its scratch database. The server releases it when the connection
ends, however that comes about, so a marked database without its lock belongs to nobody any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import URL

from fuzz.postgres.connection import connect, told_of
from fuzz.postgres.halting import wake
from fuzz.postgres.settings import CONNECTION, WISHED

MARK = "scratch database of rowrace: dropped by itself"

HEARD = "10s"
"""How long it may take all backends to hear that a database is dropped, which takes a hundredth of it."""

STALE = """
    SELECT datname FROM pg_database AS d
    WHERE datname ~ '^rowrace_[0-9a-f]{16}$'
    AND shobj_description(oid, 'pg_database') = %s
    AND pg_has_role(datdba, 'USAGE')
"""

LOCKED_ELSEWHERE = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid()
        AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)
    )
"""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A database to run in.

    Attributes:
        name: the database's.
        url: how to connect to it.
    """

    name: str
    url: URL

    def connect(self) -> psycopg.Connection[TupleRow]:
        """Open a connection of one's own to it, in autocommit mode."""
        return connect(self.url)


@contextmanager
def scratch_database(server: URL) -> Iterator[Scratch]:
    """Create a scratch database, and drop it at the end; drop also those that killed fuzzers left behind.

    Args:
        server: how to connect to the server; its database is only a place to stand on.

    Raises:
        ServerError: it cannot be created, or not be dropped.
    """
    name = f"rowrace_{secrets.token_hex(8)}"
    with told_of(server, "connect", "Is the server still running?"):
        connection = connect(server)
    with connection:
        with told_of(server, f"create scratch database {name}", "See what the message says, or try `doctor`."):
            connection.execute("SET idle_session_timeout = 0")  # the lock is to live as long as we do
            connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
            _drop_stale(connection)
        try:
            with told_of(server, f"create scratch database {name}", "See what the message says, or try `doctor`."):
                _create(connection, name)
            yield Scratch(name, server.set(database=name))
        finally:
            with told_of(server, f"drop scratch database {name}", "The next run will try again."):
                _drop_own(connection, name)


def _create(connection: psycopg.Connection[TupleRow], name: str) -> None:
    database = sql.Identifier(name)
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(database))
    connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(MARK)))
    statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
    for setting, value in CONNECTION.items():
        connection.execute(statement.format(database, sql.Identifier(setting), sql.Literal(value)))
    for setting, value in WISHED.items():
        with suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.format(database, sql.Identifier(setting), sql.Literal(value)))


def _drop(connection: psycopg.Connection[TupleRow], name: str, options: str = "") -> None:
    connection.execute(f"DROP DATABASE IF EXISTS {sql.Identifier(name).as_string()} {options}".encode())


def _drop_own(connection: psycopg.Connection[TupleRow], name: str) -> None:
    try:
        _drop_at_last(connection, name)
    except psycopg.OperationalError:
        if (
            not connection.broken
        ):  # a server that is gone has made itself heard already; the next run drops what is left
            raise


def _drop_at_last(connection: psycopg.Connection[TupleRow], name: str) -> None:
    """Drop a database, for which the server waits until every backend has heard of it."""
    connection.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(HEARD)))
    try:
        _drop(connection, name, "WITH (FORCE)")
    except (psycopg.errors.QueryCanceled, psycopg.errors.ObjectInUse):
        wake(connection)
        connection.execute("SET statement_timeout = 0")
        _drop(connection, name, "WITH (FORCE)")


def _drop_stale(connection: psycopg.Connection[TupleRow]) -> None:
    for (name,) in connection.execute(STALE, [MARK]).fetchall():
        if _take_over(connection, name):
            # Without FORCE: what somebody is connected to is not stale after all. Others may drop it at the same time.
            with suppress(psycopg.Error):
                _drop(connection, name)
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _take_over(connection: psycopg.Connection[TupleRow], name: str) -> bool:
    """Take a database's lock, unless somebody holds it.

    An advisory lock counts only within the database that its holder is connected to, and that need not be ours.
    """
    taken = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name]).fetchone()
    locked = connection.execute(LOCKED_ELSEWHERE, [name]).fetchone()
    return taken == (True,) and locked == (False,)
