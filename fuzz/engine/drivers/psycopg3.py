"""psycopg 3, synchronous and asynchronous.

It writes an exchange as a generator and gives it to `Connection.wait`, before anything is sent. What is to be sent is
told by the cursor that makes the generator: synchronous and asynchronous ones make the same.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import suppress
from functools import cached_property
from itertools import count
from typing import Any

import psycopg
from psycopg import Notify
from psycopg.errors import Diagnostic
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.rows import TupleRow
from sqlalchemy import Dialect

from fuzz.engine.carrier import Carrier, current
from fuzz.engine.drivers.notifications import Notifications
from fuzz.engine.locks import SessionLock
from fuzz.engine.scheduled import LOGGED_BY, Scheduled

_NAMES = {
    "_commit_gen": "COMMIT",
    "_rollback_gen": "ROLLBACK",
    # these send nothing
    "_set_autocommit_gen": "",
    "_set_isolation_level_gen": "",
    "_set_read_only_gen": "",
    "_set_deferrable_gen": "",
}
"""psycopg's generators that no cursor makes -> what they are called as steps."""

_LEVELS = {
    psycopg.IsolationLevel.READ_UNCOMMITTED: "rc",  # PostgreSQL has none weaker than READ COMMITTED
    psycopg.IsolationLevel.READ_COMMITTED: "rc",
    psycopg.IsolationLevel.REPEATABLE_READ: "rr",
    psycopg.IsolationLevel.SERIALIZABLE: "ser",
}

_NAME = re.compile(r'"c_[0-9a-f]+_[0-9a-f]+"')
"""What SQLAlchemy calls a cursor of the server: there is an address in it, so that it differs from run to run."""

HEARING = "-c client_min_messages=log"
"""The option with which the server tells what `Scheduled.checked` needs."""


def connect(dialect: Dialect, cargs: Any, cparams: Any) -> Any:
    """As `fuzz.engine.drivers.connect`."""
    cparams["options"] = f"{cparams.get('options', '')} {HEARING}".strip()
    if not dialect.is_async:
        return ScheduledConnection.connect(*cargs, **cparams)
    cparams["async_creator_fn"] = ScheduledAsyncConnection.connect
    return None


class _Telling:
    """A cursor that tells its connection what it is about to execute."""

    def _execute_gen(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        self._conn.given = (self._conn.text_of(query), params, self)
        return super()._execute_gen(query, params, **options)  # type: ignore[misc]  # mixed into psycopg's cursors


class _TellingServer:
    """A server-side cursor that does: to declare it, to fetch from it and to close it are exchanges of their own."""

    def _declare_gen(self: Any, query: Any, params: Any = None, binary: bool | None = None) -> Any:
        text = self._conn.text_of(self._make_declare_statement(query))
        self._conn.given = (_NAME.sub('"cursor"', text, count=1), params, self)
        return super()._declare_gen(query, params, binary)  # type: ignore[misc]  # mixed into psycopg's cursors

    def _fetch_gen(self: Any, num: int | None) -> Any:
        name = _NAME.sub('"cursor"', f'"{self.name}"')
        self._conn.given = (f"FETCH FORWARD {'ALL' if num is None else num} FROM {name}", None, self)
        return super()._fetch_gen(num)  # type: ignore[misc]  # as above

    def _close_gen(self: Any) -> Any:
        self._conn.given = (_NAME.sub('"cursor"', f'CLOSE "{self.name}"'), None, None)
        return super()._close_gen()  # type: ignore[misc]  # as above


class ScheduledCursor(_Telling, psycopg.Cursor[TupleRow]):
    """psycopg's cursor, telling."""

    def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        """As psycopg's, but each statement is a step of its own; psycopg would send them in one pipeline."""
        if returning:
            return super().executemany(query, params_seq, returning=True)
        total = 0
        for params in params_seq:
            self.execute(query, params)
            total += max(self.rowcount, 0)
        self._rowcount = total
        return None


class ScheduledServerCursor(_TellingServer, psycopg.ServerCursor[TupleRow]):
    """psycopg's server-side cursor, telling."""


class ScheduledAsyncCursor(_Telling, psycopg.AsyncCursor[TupleRow]):
    """psycopg's asynchronous cursor, telling."""

    async def executemany(self, query: Any, params_seq: Iterable[Any], *, returning: bool = False) -> None:
        """As `ScheduledCursor.executemany`."""
        if returning:
            return await super().executemany(query, params_seq, returning=True)
        total = 0
        for params in params_seq:
            await self.execute(query, params)
            total += max(self.rowcount, 0)
        self._rowcount = total
        return None


class ScheduledAsyncServerCursor(_TellingServer, psycopg.AsyncServerCursor[TupleRow]):
    """psycopg's asynchronous server-side cursor, telling."""


class _Ours(Scheduled):
    """What psycopg's two kinds of connections share."""

    pgconn: Any

    @property
    def database(self) -> str:
        """As `Scheduled.database`."""
        return str(self.pgconn.db.decode())

    @property
    def socket(self) -> int:
        """As `Scheduled.socket`."""
        return int(self.pgconn.socket)

    @property
    def transaction_status(self) -> TransactionStatus:
        """As `Scheduled.transaction_status`."""
        return TransactionStatus(self.pgconn.transaction_status)

    @property
    def level(self: Any) -> str | None:
        """As `Scheduled.level`."""
        return None if self.isolation_level is None else _LEVELS[self.isolation_level]

    @property
    def is_gone(self) -> bool:
        """As `Scheduled.is_gone`."""
        return bool(self.pgconn.status != ConnStatus.OK)

    def told_level(self: Any, adapted: Any) -> Any:  # noqa: ARG002 - the driver's own connection has it
        """As `Scheduled.told_level`."""
        return self.isolation_level

    def tell_level(self: Any, adapted: Any, level: Any) -> None:  # noqa: ARG002 - as above
        """As `Scheduled.tell_level`."""
        with suppress(StopIteration):
            next(self._set_isolation_level_gen(level))

    def hear(self: Any) -> None:
        """As `Scheduled.hear`."""
        self.add_notice_handler(self._heard)

    def _heard(self, diagnostic: Diagnostic) -> None:
        if diagnostic.source_function == LOGGED_BY:
            self.hear_of_wait(diagnostic.message_primary or "")

    def undo(self) -> bool:
        """As `Scheduled.undo`."""
        self.pgconn.exec_(b"ROLLBACK; UNLISTEN *")
        self.notifications.forget()
        return True

    @cached_property
    def notifications(self) -> Notifications:
        """What it hears of."""
        return Notifications(self)

    @property
    def _listener(self) -> Carrier | None:
        """The session that is to stop for a notification; None: psycopg is to wait for it by itself."""
        carrier = current()
        return carrier if carrier is not None and self.scheduled and not carrier.probing else None

    def finish(self) -> None:
        """As `Scheduled.finish`."""
        self.pgconn.finish()


class ScheduledConnection(_Ours, psycopg.Connection[TupleRow]):
    """psycopg's connection whose exchanges stop in the session that makes them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = ScheduledCursor
        self.server_cursor_factory = ScheduledServerCursor
        self.lock: Any = SessionLock(passable=False)  # two sessions may share a connection, as a StaticPool lets them
        self.pid = self.pgconn.backend_pid

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Stop before the exchange, if it is a step of a session's; else as psycopg's."""
        step = self.step(gen, _named(gen))
        return super().wait(gen, *args, **options) if step is None else step[0].stop(step[1])

    def notifies(self, *, timeout: float | None = None, stop_after: int | None = None) -> Generator[Notify]:
        """As psycopg's; the session stops until there is one."""
        if (carrier := self._listener) is None:
            yield from super().notifies(timeout=timeout, stop_after=stop_after)
            return
        for _ in range(stop_after) if stop_after is not None else count():
            if (heard := self.notifications.next(carrier, timeout)) is None:
                return
            yield heard

    def commit(self) -> None:
        """As psycopg's, after a look at what the transaction leaves, where one is asked for."""
        carrier = current()
        if carrier is not None and carrier.look is not None and self.scheduled and not carrier.probing:
            carrier.probing = True
            try:
                carrier.look(self)
            finally:
                carrier.probing = False
        super().commit()

    def rollback(self) -> None:
        """As psycopg's; a pool that takes back a connection of an abandoned run has nothing to undo."""
        if not self.abandoned and (self.scheduled or not self.closed):
            super().rollback()


class ScheduledAsyncConnection(_Ours, psycopg.AsyncConnection[TupleRow]):
    """psycopg's asynchronous connection whose exchanges stop in the session that makes them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = ScheduledAsyncCursor
        self.server_cursor_factory = ScheduledAsyncServerCursor
        self.pid = self.pgconn.backend_pid

    async def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """As `ScheduledConnection.wait`; the session's whole event loop stands still meanwhile."""
        step = self.step(gen, _named(gen))
        return await super().wait(gen, *args, **options) if step is None else step[0].stop(step[1])

    async def notifies(self, *, timeout: float | None = None, stop_after: int | None = None) -> AsyncGenerator[Notify]:
        """As `ScheduledConnection.notifies`; the session's whole event loop stands still meanwhile."""
        if (carrier := self._listener) is None:
            async for each in super().notifies(timeout=timeout, stop_after=stop_after):
                yield each
            return
        for _ in range(stop_after) if stop_after is not None else count():
            if (heard := self.notifications.next(carrier, timeout)) is None:
                return
            yield heard

    async def rollback(self) -> None:
        """As `ScheduledConnection.rollback`."""
        if not self.abandoned and (self.scheduled or not self.closed):
            await super().rollback()


def _named(generator: Any) -> str:
    name = getattr(generator, "__name__", "exchange")
    return _NAMES.get(name, name.strip("_").removesuffix("_gen"))
