"""Connections by URL, and messages about them that tell no secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import URL

from fuzz.errors import ServerError

SECRET_OPTIONS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")
"""What libpq takes secrets in, besides the password in its place."""


def connect(url: URL) -> psycopg.Connection[TupleRow]:
    """Connect as SQLAlchemy would, in autocommit mode.

    Raises:
        psycopg.OperationalError: the server cannot be reached, or does not let us in.
    """
    _, options = url.get_dialect()().create_connect_args(url)
    return psycopg.connect(**{"connect_timeout": "10", **options}, autocommit=True)


def place(url: URL) -> str:
    """Where a server is, for people: `host:port`, or the directory of its socket."""
    options = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    host = url.host or options.get("host") or "the local socket"
    port = url.port or options.get("port") or 5432
    return host if host.startswith("/") else f"{host}:{port}"


def masked(url: URL, message: str) -> str:
    """A message without the URL's secrets, in whichever spelling they occur."""
    for secret in _secrets(url):
        for spelling in sorted(
            {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}, key=len, reverse=True
        ):
            message = message.replace(spelling, "***")
    return message


def _secrets(url: URL) -> Iterator[str]:
    if url.password:
        yield str(url.password)
    for name in SECRET_OPTIONS:
        value = url.query.get(name)
        yield from filter(None, (value,) if isinstance(value, str) else value or ())


@contextmanager
def told_of(url: URL, doing: str, remedy: str) -> Iterator[None]:
    """Turn what the server refuses into a ServerError.

    Args:
        url: the server's, whose secrets are kept out of the message.
        doing: what failed, as in "cannot ...".
        remedy: what to do next.
    """
    try:
        yield
    except psycopg.Error as error:
        # Not chained: the driver's exception holds the password among the options of its connection.
        raise ServerError(masked(url, f"cannot {doing} at {place(url)}: {str(error).strip()}"), remedy) from None
