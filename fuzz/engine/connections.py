"""The connections to a scratch database, whoever made their engines, and when.

SQLAlchemy tells of every connection that an engine is about to make, and of each that leaves its pool or comes back;
it is told on the class, so that engines which the target makes at import, in a constructor or inside an operation
are no exception.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.pool import Pool

from fuzz.engine.bypass import Bypasses, database_in
from fuzz.engine.carrier import current, take_in_thread
from fuzz.engine.drivers import connect
from fuzz.engine.forks import Forks
from fuzz.engine.process import Process
from fuzz.engine.scheduled import UNKNOWN, Scheduled
from fuzz.engine.where import calling_line
from fuzz.errors import TargetError
from fuzz.postgres.settings import LOCK_TIMEOUT

Describe = Callable[[str], Sequence[tuple[str, int, int]]]
"""The columns of a statement's result: name, table's oid, number in the table."""


class Connections:
    """Those that engines hold to one scratch database.

    Args:
        database: its name.
        others: names of other databases that the target may connect to.
        describe: tells the columns of a statement's result.
        asks_inside: whether invariants are to be asked inside transactions.

    Attributes:
        level: the isolation level that transactions have unless they ask for another.
        refused: why an engine was not let connect elsewhere; the target may have swallowed the exception.
    """

    def __init__(self, database: str, others: Collection[str], describe: Describe, *, asks_inside: bool) -> None:
        self._describe = describe
        self._asks_inside = asks_inside
        self._database = database
        self._others = others
        self._records: dict[Scheduled, Any] = {}
        self.level = "read committed"
        self.refused: TargetError | None = None
        self._process = os.getpid()
        self._forks = Forks()
        take_in_thread()
        if not _HOMES:
            _listen()
            _PROCESS.begin()
        _HOMES[database] = self

    def close(self) -> None:
        """Close what is left, and leave engines alone from now on."""
        for user in set(self.users.values()):
            self.drop(user)
        _HOMES.pop(self._database, None)
        self._forks.close()
        if not _HOMES:
            _listen(event.remove)
            _BYPASSES.close()
            _PROCESS.end()

    def __iter__(self) -> Iterator[Scheduled]:
        return iter(list(self._records))

    @property
    def users(self) -> dict[int, str]:
        """Process id of a backend -> the session that used it last."""
        return {connection.pid: connection.user for connection in self._records}

    @property
    def pids(self) -> str:
        """The backends of all, as a PostgreSQL array's text."""
        return "{" + ",".join(str(connection.pid) for connection in self._records) + "}"

    @contextmanager
    def only(self) -> Iterator[None]:
        """Within it, whatever connects elsewhere is refused.

        Raises:
            TargetError: when something has been, and was not heard.
        """
        outer, _Within.home = _Within.home, self
        self.refused = None
        _BYPASSES.watch()
        try:
            yield
        finally:
            _Within.home = outer
        self.raise_refused()

    def refuse(self, problem: str, remedy: str) -> NoReturn:
        """Refuse what the target's code does, and keep that in mind: it may swallow the exception.

        Args:
            problem: what it does.
            remedy: what it is to do instead.

        Raises:
            TargetError: always.
        """
        self.refused = TargetError(problem, remedy)
        raise self.refused

    def raise_refused(self) -> None:
        """Say what has been refused, if anything has, here or in a process that the target has forked."""
        where = self._forks.hear()
        refused, self.refused = _intrusion("a process", where) if where else self.refused, None
        if refused is not None:
            raise refused

    def clear(self) -> None:
        """Leave no transaction open between runs, as a seed or a warm-up may: tables could not be emptied."""
        for connection in self._records:
            connection.clear()

    def roll_back(self, worn: Collection[int]) -> set[str]:
        """Leave no transaction of a session open.

        Args:
            worn: backends that cannot be used again.

        Returns:
            The sessions that have used these, or what cannot be used again either: closed, lent, not rolled back.
        """
        return {c.user for c in self._records if c.user and (c.pid in worn or c.lent or c.is_gone or not c.clear())}

    def drop(self, user: str) -> None:
        """Close what a session has used last; its pools, if they still live, connect anew."""
        for connection in [each for each in self._records if each.user == user]:
            record = self._records.pop(connection)
            connection.finish()
            record.dbapi_connection = None
            if record.fairy_ref is not None:  # who holds it may never give it back, and a pool has only so many places
                record.checkin()

    def allows(self, database: str) -> bool:
        """Whether the target may connect to another database."""
        return database in self._others

    def connect(self, dialect: Dialect, cargs: Any, cparams: Any) -> Any:
        """Make a connection that stops; None leaves it to the dialect, with what has been put into its options."""
        if self._asks_inside and (dialect.driver != "psycopg" or dialect.is_async):
            self.refuse(
                f"The target asks invariants inside transactions, and an engine connects by {dialect.driver}"
                f"{', asynchronously' if dialect.is_async else ''}.",
                "They borrow the session's connection, which must be psycopg 3's, synchronous: drop `inside=True`.",
            )
        try:
            return connect(dialect, cargs, cparams)
        except TargetError as error:
            self.refused = error
            raise

    def take_up(self, connection: Scheduled, record: Any) -> None:
        """A connection has been made."""
        connection.hear()
        connection.intruded = self._refuse_intruder
        connection.describe = self._describe
        self._records[connection] = record

    def _refuse_intruder(self) -> None:
        where = calling_line() or "its end"
        if os.getpid() != self._process:
            self._forks.tell(where)
            raise _intrusion("a process", where)
        self.refused = _intrusion("a thread", where)
        raise self.refused

    def let_go(self, connection: Scheduled) -> None:
        """A connection is being closed."""
        self._records.pop(connection, None)

    def lend(self, connection: Scheduled, adapted: Any) -> None:
        """A connection leaves its pool."""
        carrier = current()
        connection.user = "" if carrier is None else carrier.name
        connection.lent = True
        self._set_up(connection, adapted)
        connection.scheduled = True

    def _set_up(self, connection: Scheduled, adapted: Any) -> None:
        """Set the level; and where no session uses it, give up where a session holds a lock: that one stands still."""
        _tell_own_level(connection, adapted)
        level, limit = connection.settings
        if not connection.user:
            limit = LOCK_TIMEOUT
        elif limit == LOCK_TIMEOUT:
            limit = "0"
        if (level, limit) == (self.level, connection.settings[1]):
            return
        cursor = adapted.cursor()
        for statement in _at_level(self.level):  # each driver has other placeholders
            cursor.execute(statement)
        if limit != connection.settings[1]:
            cursor.execute(f"SET lock_timeout = '{limit}'")
        cursor.close()
        adapted.commit()
        connection.settings = (self.level, limit)


def _intrusion(who: str, where: str) -> TargetError:
    return TargetError(
        f"The target's code has started {who} of its own that uses the database, at {where}.",
        "rowrace schedules sessions, each of which is one thread: make two operations of it, or call it in place.",
    )


def _tell_own_level(connection: Scheduled, adapted: Any) -> None:
    """Undo an execution option: SQLAlchemy puts its own default there, which is not the case's level."""
    level = connection.told_level(adapted)
    if connection.own_level is UNKNOWN:
        connection.own_level = level
    elif level != connection.own_level:
        connection.tell_level(adapted, connection.own_level)


class _Within:
    """Whose code runs: what connects elsewhere is its doing."""

    home: Connections | None = None


_HOMES: dict[str, Connections] = {}
"""Scratch database -> its connections."""


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


_WITH_AN_INDEX = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")


def _at_level(level: str) -> Iterator[str]:
    """What sets a connection's isolation level.

    PostgreSQL watches what SERIALIZABLE transactions read by rows, by pages of indexes, or by whole tables, as their
    plans and the places of rows on pages would have it. Without indexes it is whole tables, in every run.
    """
    index = "off" if level == "serializable" else "on"
    settings = {"default_transaction_isolation": level, **dict.fromkeys(_WITH_AN_INDEX, index)}
    yield "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
    yield "DISCARD PLANS"


def _listen(act: Any = event.listen) -> None:
    """Hear of every engine's connections, or, with `event.remove`, no longer."""
    act(Engine, "do_connect", _do_connect)
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
