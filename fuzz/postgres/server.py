"""The server that a run works on, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import OperationalError
from sqlalchemy import URL

from fuzz.errors import ServerError
from fuzz.postgres.connection import connect, masked, place, told_of
from fuzz.postgres.embedded import embedded_server
from fuzz.postgres.installation import installation
from fuzz.postgres.running import running_server, version_of
from fuzz.postgres.scratch import Scratch, scratch_database
from fuzz.postgres.settings import EMBEDDED


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that rowrace can work on.

    Attributes:
        version: such as "18.6".
        origin: where it comes from, one phrase for people.
        address: how to connect to the database that one stands on while creating others.
    """

    version: str
    origin: str
    address: URL

    def url(self, database: str) -> URL:
        """How to connect to a database of this server, the password inside."""
        return self.address.set(database=database)

    def scratch(self) -> AbstractContextManager[Scratch]:
        """A fresh database to run in, dropped when the block is left.

        Raises:
            ServerError: it cannot be created.
        """
        return scratch_database(self.address)

    def settings(self) -> dict[str, str]:
        """What the server has for each setting that matters to rowrace, outside of scratch databases."""
        with (
            told_of(self.address, "read the settings", "Is the server still running?"),
            connect(self.address) as connection,
        ):
            question = (
                "SELECT lower(name), current_setting(name) FROM pg_settings WHERE lower(name) = ANY(%s) ORDER BY 1"
            )
            return dict(connection.execute(question, [list(EMBEDDED)]).fetchall())


@contextmanager
def open_server(*, pg_bin: Path | None = None, dsn: str | None = None) -> Iterator[Server]:
    """Open a server to work on: by default an embedded one, which lives as long as the block.

    Args:
        pg_bin: the bin directory of a local installation, to start the server from instead.
        dsn: the URL of a running server, to use instead; it goes before `pg_bin`.

    Raises:
        ServerError: there is none, or not one that serves; or it is lost within the block.
    """
    if dsn is not None:
        address = running_server(dsn)
        with _lost(address):
            yield _described(address, f"running at {place(address)}")
    else:
        programs = installation(pg_bin)
        with embedded_server(programs) as address, _lost(address):
            yield _described(address, programs.origin)


@contextmanager
def _lost(address: URL) -> Iterator[None]:
    """Say in one word what rowrace's own connections hear when they are ended, or the server is stopped or killed."""
    try:
        yield
    except OperationalError as error:
        said = masked(address, " ".join(str(error).split()))
        # Not chained: the driver's exception holds the password among the options of its connection.
        raise (_cut_off(place(address), said) if _answers(address) else _gone(place(address), said)) from None


def _answers(address: URL) -> bool:
    """Whether the server takes a new connection."""
    try:
        connect(address).close()
    except OperationalError:
        return False
    return True


def _cut_off(server: str, said: str) -> ServerError:
    return ServerError(
        f"the server at {server} is up, but rowrace's own connection to it was ended: {said}",
        "By pg_terminate_backend in the target's code, or by an administrator? Have that end no backend but the code's "
        "own: rowrace works in the same database. What had been found is kept.",
    )


def _gone(server: str, said: str) -> ServerError:
    return ServerError(
        f"lost the server at {server}: {said}",
        "Was it stopped, or out of memory or disk? What had been found is kept; run again when it serves.",
    )


def _described(address: URL, origin: str) -> Server:
    with told_of(address, "connect", "Is the server still running?"), connect(address) as connection:
        return Server(version_of(connection), origin, address)
