"""What SQLAlchemy tells of connections, and what drivers do past it: heard, and told to whom it concerns.

SQLAlchemy tells of every connection that an engine is about to make, and of each that leaves its pool or comes back;
it is told on the class, so that engines which the target makes at import, in a constructor or inside an operation
are no exception.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import Pool

from fuzz.engine.bypass import Bypasses, database_in
from fuzz.engine.process import Process
from fuzz.engine.scheduled import Scheduled
from fuzz.engine.where import calling_line


class Home(ABC):
    """Whom the connections to one scratch database concern."""

    @abstractmethod
    def connect(self, dialect: Dialect, cargs: Any, cparams: Any) -> Any:
        """Make a connection to it; None leaves that to the dialect."""

    @abstractmethod
    def allows(self, database: str) -> bool:
        """Whether its code may connect to another database."""

    @abstractmethod
    def refuse(self, problem: str, remedy: str) -> None:
        """Refuse what its code does, by an exception."""

    @abstractmethod
    def take_up(self, connection: Scheduled, record: Any) -> None:
        """A connection has been made."""

    @abstractmethod
    def lend(self, connection: Scheduled, adapted: Any) -> None:
        """A connection leaves its pool."""

    @abstractmethod
    def let_go(self, connection: Scheduled) -> None:
        """A connection is being closed."""


def enter(database: str, home: Home) -> None:
    """Tell a home of the connections to its database, from now on."""
    if not _HOMES:
        _listen()
        _PROCESS.begin()
    _HOMES[database] = home


def leave(database: str) -> None:
    """Tell of a database's connections no longer, and leave engines and drivers alone with the last."""
    _HOMES.pop(database, None)
    if not _HOMES:
        _listen(event.remove)
        _BYPASSES.close()
        _PROCESS.end()


@contextmanager
def within(home: Home) -> Iterator[None]:
    """Within it, it is a home's code that runs: what connects elsewhere is its doing, and refused."""
    outer, _Within.home = _Within.home, home
    _BYPASSES.watch()
    try:
        yield
    finally:
        _Within.home = outer


class _Within:
    """Whose code runs."""

    home: Home | None = None


_HOMES: dict[str, Home] = {}
"""Scratch database -> whom its connections concern."""


def _refuse_bypass(driver: str, database: str) -> None:
    home = _HOMES.get(database)
    if home is None or _Within.home is None:
        return
    home.refuse(
        f"The target's code has a connection of its own to the scratch database, by {driver} and past SQLAlchemy, at "
        f"{calling_line() or 'its end'}.",
        "rowrace could not schedule what it sends: have it take one from an engine (`engine.raw_connection()` gives "
        "the driver's own).",
    )


_BYPASSES = Bypasses(_refuse_bypass)
"""Drivers that are watched while there are scratch databases."""


def _refuse_exit() -> None:
    home = _Within.home
    if home is not None:
        home.refuse(
            f"The target's code ends the process by os._exit, at {calling_line() or 'its end'}.",
            "rowrace would end with it, without a word: let it raise SystemExit (`sys.exit`), which is judged as an "
            "exception like any other.",
        )


_PROCESS = Process(_refuse_exit)
"""Looked after while there are scratch databases."""


def _listen(act: Any = event.listen) -> None:
    """Hear of every engine's connections, or, with `event.remove`, no longer."""
    act(Engine, "do_connect", _do_connect)
    act(Engine, "begin_twophase", _begin_twophase)
    for name, listener in (("connect", _connected), ("close", _close), ("checkout", _checkout), ("reset", _reset)):
        act(Pool, name, listener)


def _do_connect(dialect: Dialect, _record: Any, cargs: Any, cparams: Any) -> Any:
    database = _database(cargs, cparams)
    home = _HOMES.get(database)
    if home is not None:
        return home.connect(dialect, cargs, cparams)
    within = _Within.home
    if within is not None and not within.allows(database):
        within.refuse(
            f"An engine connects to {dialect.name} database {database!r}, which is not the scratch database.",
            "Have it take rowrace's URL (see `Target.open`), or, if it may go there unscheduled, "
            f"set `other_databases = ({database!r},)` in the target.",
        )
    return None


def _begin_twophase(connection: Any, _xid: Any) -> None:
    """Two phases are refused before they begin: once they have, a pool would complain that it cannot roll back."""
    used = connection.connection.driver_connection
    if isinstance(used, Scheduled) and used.two_phase is not None:
        used.two_phase()


def _database(cargs: Any, cparams: Any) -> str:
    """The name of the database that a driver is about to be told to connect to."""
    for name in ("dbname", "database", "db"):
        if cparams.get(name):
            return str(cparams[name])
    word = str(cargs[0]) if cargs else ""
    return database_in(word) or word  # a file, for SQLite


def _connected(_adapted: Any, record: Any) -> None:
    connection = record.driver_connection
    if isinstance(connection, Scheduled):
        home = _HOMES.get(connection.database)
        if home is not None:
            home.take_up(connection, record)
    elif isinstance(connection, psycopg.Connection | psycopg.AsyncConnection) and connection.info.dbname in _HOMES:
        _HOMES[connection.info.dbname].refuse(
            "An engine with a `creator` of its own connects to the scratch database, past SQLAlchemy's way to connect.",
            "Leave `creator` out when it is rowrace that gives the URL: its statements could not be scheduled.",
        )


def _close(_adapted: Any, record: Any) -> None:
    connection = record.driver_connection
    if isinstance(connection, Scheduled):
        for home in _HOMES.values():
            home.let_go(connection)


def _checkout(adapted: Any, record: Any, _fairy: Any) -> None:
    connection = record.driver_connection
    if isinstance(connection, Scheduled) and (home := _HOMES.get(connection.database)) is not None:
        home.lend(connection, adapted)


def _reset(_adapted: Any, record: Any, _state: Any) -> None:
    connection = None if record is None else record.driver_connection
    if isinstance(connection, Scheduled):
        connection.scheduled = connection.lent = False
