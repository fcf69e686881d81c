"""A server that is already there: what its DSN says, and whether it serves."""

from __future__ import annotations

import re

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fuzz.errors import ServerError
from fuzz.postgres.connection import connect, masked, place, told_of
from fuzz.postgres.installation import OLDEST
from fuzz.postgres.settings import CONNECTION, PRIVILEGED

SHAPE = "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters of the password percent-encoded."

GRANTABLE = 15
"""The first version in which a role can be granted to set a parameter."""


def running_server(dsn: str) -> URL:
    """Find out whether rowrace can work on a server.

    Args:
        dsn: a URL, `postgresql://`, `postgres://` or `postgresql+psycopg://`.

    Returns:
        How to connect to it.

    Raises:
        ServerError: the DSN is malformed, the server cannot be reached or is too old, or the role lacks a privilege.
    """
    url = _parse(dsn)
    with _connect(url) as connection, told_of(url, "look around", "See what the message says."):
        _check_version(connection, url)
        _check_role(connection, url)
        _check_settings(connection, url)
    return url


def _parse(dsn: str) -> URL:
    # Neither the DSN nor the parser's message is shown: what could not be parsed may be a piece of the password.
    if dsn.count("@") > 1:
        raise ServerError("the DSN cannot be read: it has more than one @", SHAPE)
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):
        raise ServerError("the DSN is no PostgreSQL URL", SHAPE) from None
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise ServerError(f"the DSN is no PostgreSQL URL: it begins with {url.drivername}://", SHAPE)
    password = url.query.get("password")
    if isinstance(password, str):
        url = url.set(password=password).difference_update_query(["password"])
    return url.set(drivername="postgresql+psycopg", database=url.database or "postgres")


def _connect(url: URL) -> psycopg.Connection[TupleRow]:
    try:
        return connect(url)
    except (psycopg.Error, ValueError) as error:
        # Not chained: the driver's exception holds the password among the options of its connection.
        problem = masked(url, f"cannot connect to {place(url)}: {_reason(error)}")
        raise ServerError(problem, _cure(error, url)) from None


def _reason(error: Exception) -> str:
    return " ".join(str(error).removeprefix("connection failed: ").split())


def _cure(error: Exception, url: URL) -> str:
    if not isinstance(error, psycopg.OperationalError):
        return "Mend the host or the options in the DSN."
    if error.pgconn is not None and (error.pgconn.used_password or error.pgconn.needs_password):
        return "Check user, password and database in the DSN; special characters of the password are percent-encoded."
    if re.search(r"\bFATAL\b", str(error)):
        return f"The server at {place(url)} turns us away: mend the DSN, or the server's pg_hba.conf."
    return "Start the server, mend host and port of the DSN, or leave the DSN out: rowrace then starts its own server."


def _check_version(connection: psycopg.Connection[TupleRow], url: URL) -> None:
    if connection.info.server_version < OLDEST * 10000:
        raise ServerError(
            f"PostgreSQL {version_of(connection)} at {place(url)} is too old",
            f"rowrace needs PostgreSQL {OLDEST} or newer; without a DSN it starts its own server.",
        )


def version_of(connection: psycopg.Connection[TupleRow]) -> str:
    """The server's version as people write it, such as "18.6"."""
    major, minor = divmod(connection.info.server_version, 10000)
    return f"{major}.{minor}"


def _check_role(connection: psycopg.Connection[TupleRow], url: URL) -> None:
    question = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    if connection.execute(question).fetchone() != (True,):
        raise ServerError(
            f"role {_role(connection)} may not create databases at {place(url)}, and rowrace works in one of its own",
            f"Run as a superuser: ALTER ROLE {_role(connection)} CREATEDB;",
        )


def _check_settings(connection: psycopg.Connection[TupleRow], url: URL) -> None:
    refused = [name for name in PRIVILEGED if not _may_set(connection, name)]
    if not refused:
        return
    role = _role(connection)
    if connection.info.server_version >= GRANTABLE * 10000:
        statements = [f"GRANT SET ON PARAMETER {name} TO {role};" for name in refused]
    else:
        statements = [f"ALTER ROLE {role} SUPERUSER;"]
    raise ServerError(
        f"role {role} may not set {', '.join(refused)} at {place(url)}", "Run as a superuser: " + " ".join(statements)
    )


def _may_set(connection: psycopg.Connection[TupleRow], name: str) -> bool:
    value = CONNECTION.get(name, "replica")
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _role(connection: psycopg.Connection[TupleRow]) -> str:
    row = connection.execute("SELECT quote_ident(current_user)").fetchone()
    assert row is not None
    return str(row[0])
