"""`doctor`: whether rowrace can work here."""

from __future__ import annotations

import platform
from importlib.metadata import version

import typer

from fuzz.cli.options import Dsn, PgBin
from fuzz.postgres import open_server
from fuzz.postgres.settings import CONNECTION

_PACKAGES = ("rowrace", "sqlalchemy", "psycopg", "hypothesis", "greenlet")


def doctor(pg_bin: PgBin = None, dsn: Dsn = None) -> None:
    """Find or start a server, make a scratch database, and tell what is missing and how to mend it.

    Exit status: 0 all is well, 2 something is missing.
    """
    typer.echo(f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in _PACKAGES)}")
    with open_server(pg_bin=pg_bin, dsn=dsn) as server:
        typer.echo(f"PostgreSQL {server.version}: {server.origin}")
        for name, value in server.settings().items():
            typer.echo(f"  {name} = {value}{_note(name, value)}")
        with server.scratch() as scratch, scratch.connect() as connection:
            row = connection.execute("SELECT current_database()").fetchone()
            typer.echo(f"scratch database {row[0] if row else scratch.name}: created, entered, to be dropped")
    typer.echo("all is well")


def _note(name: str, value: str) -> str:
    """What a running server has otherwise is set for scratch databases."""
    wanted = CONNECTION.get(name)
    return "" if wanted in {None, value} else f" (scratch databases: {wanted})"
