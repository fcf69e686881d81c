"""psycopg2: what it does in one call is turned into an exchange by the callback that it calls when it has to wait.

A call runs in a greenlet of its own, which gives back what psycopg2's `poll` says, as psycopg 3's generators do. While
there are such connections the callback is set for the whole process, which keeps psycopg2 from COPY.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, cast

from greenlet import getcurrent, greenlet
from psycopg.pq import TransactionStatus
from psycopg.waiting import Wait
from psycopg2 import extensions
from psycopg2.extras import wait_select
from sqlalchemy import Dialect

from fuzz.engine.drivers.psycopg3 import HEARING
from fuzz.engine.drivers.result import PlainResult
from fuzz.engine.scheduled import Scheduled

_WAITS = {extensions.POLL_READ: Wait.R, extensions.POLL_WRITE: Wait.W}

_LEVELS = {
    extensions.ISOLATION_LEVEL_READ_UNCOMMITTED: "rc",  # PostgreSQL has none weaker than READ COMMITTED
    extensions.ISOLATION_LEVEL_READ_COMMITTED: "rc",
    extensions.ISOLATION_LEVEL_REPEATABLE_READ: "rr",
    extensions.ISOLATION_LEVEL_SERIALIZABLE: "ser",
}


def connect(_dialect: Dialect, _cargs: Any, cparams: Any) -> None:
    """As `fuzz.engine.drivers.connect`."""
    extensions.set_wait_callback(_wait)
    cparams["options"] = f"{cparams.get('options', '')} {HEARING}".strip()
    cparams["connection_factory"] = ScheduledConnection


class _Call(greenlet):
    """The greenlet that a call of psycopg2 is made in."""


def _wait(connection: extensions.connection) -> None:
    """Called by psycopg2 instead of waiting in C."""
    call = getcurrent()
    if not isinstance(call, _Call):
        wait_select(connection)
        return
    while (state := connection.poll()) != extensions.POLL_OK:
        assert call.parent is not None
        call.parent.switch(_WAITS[state])


def _exchange(act: Callable[[], Any]) -> Generator[Wait, Any, Any]:
    """A call as an exchange; it begins when the exchange does."""
    done: list[Any] = []
    call = _Call(lambda: done.append(act()))
    state = call.switch()
    while not call.dead:
        yield state
        call.parent = getcurrent()
        state = call.switch()
    return done[0]


class ScheduledCursor(extensions.cursor):
    """psycopg2's cursor whose statements are exchanges."""

    _total: int | None = None
    _fetched: list[Any] | None = None

    @property
    def rowcount(self) -> int:
        """As psycopg2's; of all statements of an `executemany`."""
        return int(super().rowcount) if self._total is None else self._total

    @property
    def pgresult(self) -> PlainResult:
        """The last result, in libpq's form."""
        described = self.description or ()
        columns = [(each.name, each.table_oid or 0, each.table_column or 0) for each in described]
        return PlainResult(self.statusmessage or "", columns, self._rows)

    def _rows(self) -> list[Any]:
        if self.name is not None:
            return self._fetched or []
        if not self.rowcount:  # nowhere to scroll to
            return []
        place = self.rownumber
        self.scroll(0, "absolute")
        rows = super().fetchall()
        self.scroll(place, "absolute")
        return rows

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - as psycopg2's
        """As psycopg2's."""
        self._total = self._fetched = None
        text = self._home.text_of(query)
        if self.name is not None:
            text = f'DECLARE "cursor" CURSOR FOR {text}'
        self._sent(text, vars, lambda: super(ScheduledCursor, self).execute(query, vars))

    def executemany(self, query: Any, vars_list: Iterable[Any]) -> None:
        """As psycopg2's; each statement is a step of its own."""
        total = 0
        for each in vars_list:
            self.execute(query, each)
            total += max(self.rowcount, 0)
        self._total = total

    def fetchone(self) -> Any:
        """As psycopg2's."""
        return self._fetch("1", super().fetchone)

    def fetchmany(self, size: int | None = None) -> Any:
        """As psycopg2's."""
        size = self.arraysize if size is None else size
        return self._fetch(str(size), lambda: super(ScheduledCursor, self).fetchmany(size))

    def fetchall(self) -> Any:
        """As psycopg2's."""
        return self._fetch("ALL", super().fetchall)

    def close(self) -> None:
        """As psycopg2's; a cursor of the server is closed by a statement."""
        if self.name is None or self.closed or self._home.closed:
            super().close()
        else:
            self._sent('CLOSE "cursor"', None, super().close)

    def _fetch(self, rows: str, act: Callable[[], Any]) -> Any:
        if self.name is None:
            return act()

        def fetch() -> Any:
            found = act()
            self._fetched = found if isinstance(found, list) else [found] if found is not None else []
            return found

        return self._sent(f'FETCH FORWARD {rows} FROM "cursor"', None, fetch)

    def _sent(self, text: str, parameters: Any, act: Callable[[], Any]) -> Any:
        self._home.given = (text, parameters, self)
        return self._home.exchange(act, "execute")

    @property
    def _home(self) -> ScheduledConnection:
        return cast("ScheduledConnection", self.connection)


class ScheduledConnection(Scheduled, extensions.connection):
    """psycopg2's connection whose exchanges stop in the session that makes them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = ScheduledCursor
        self.pid = self.info.backend_pid

    def exchange(self, act: Callable[[], Any], name: str) -> Any:
        """Make a call, before which the session stops if it is a step of one.

        Args:
            act: the call.
            name: of what is sent, where no cursor has said.
        """
        step = self.step(_exchange(act), name)
        return act() if step is None else step[0].stop(step[1])

    def commit(self) -> None:
        """As psycopg2's."""
        self.exchange(super().commit, "COMMIT")

    def rollback(self) -> None:
        """As psycopg2's; a pool that takes back a connection of an abandoned run has nothing to undo."""
        if not self.abandoned and (self.scheduled or not self.closed):
            self.exchange(super().rollback, "ROLLBACK")

    @property
    def database(self) -> str:
        """As `Scheduled.database`."""
        return str(self.info.dbname)

    @property
    def socket(self) -> int:
        """As `Scheduled.socket`."""
        return int(self.fileno())

    @property
    def transaction_status(self) -> TransactionStatus:
        """As `Scheduled.transaction_status`."""
        return TransactionStatus(self.info.transaction_status)

    @property
    def level(self) -> str | None:
        """As `Scheduled.level`."""
        return None if self.isolation_level is None else _LEVELS[self.isolation_level]

    @property
    def is_gone(self) -> bool:
        """As `Scheduled.is_gone`."""
        return bool(self.closed)

    def told_level(self, adapted: Any) -> Any:  # noqa: ARG002 - the driver's own connection has it
        """As `Scheduled.told_level`."""
        return self.isolation_level

    def tell_level(self, adapted: Any, level: Any) -> None:  # noqa: ARG002 - as above
        """As `Scheduled.tell_level`; leaving autocommit, psycopg2 may have set the default of the connection back."""
        self.isolation_level = level
        self.settings = ("", "")

    def hear(self) -> None:
        """As `Scheduled.hear`."""
        hearing: Any = self  # the type says list, psycopg2 takes whatever has `append`
        hearing.notices = _Notices(self)

    def undo(self) -> bool:
        """As `Scheduled.undo`."""
        super().rollback()
        with super().cursor(cursor_factory=extensions.cursor) as cursor:
            cursor.execute("UNLISTEN *")
        super().commit()
        self.notifies.clear()
        return True

    def finish(self) -> None:
        """As `Scheduled.finish`."""
        self.close()


class _Notices:
    """What the server says besides: psycopg2 appends it, each a line with its severity first."""

    def __init__(self, connection: ScheduledConnection) -> None:
        self._connection = connection

    def append(self, notice: str) -> None:
        """Hear one."""
        if notice.startswith("LOG: ") and (" still waiting for " in notice or " acquired " in notice):
            self._connection.hear_of_wait(notice)
