"""psycopg connections whose every exchange with the server stops in the session that makes it.

psycopg writes an exchange as a generator and gives it to `Connection.wait`, before anything is sent. A connection
used by a session hands it on to whoever schedules the session; used elsewhere it is an ordinary connection. What is
to be sent is told by the cursor that makes the generator: synchronous and asynchronous ones make the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from fuzz.engine.carrier import Carrier, current, is_foreign
from fuzz.engine.locks import SessionLock
from fuzz.engine.where import calling_line

_SILENT = frozenset({"_set_autocommit_gen", "_set_isolation_level_gen", "_set_read_only_gen", "_set_deferrable_gen"})
"""Exchanges of psycopg that send nothing."""

_NAME = re.compile(r'"c_[0-9a-f]+_[0-9a-f]+"')
"""What SQLAlchemy calls a cursor of the server: there is an address in it, so that it differs from run to run."""

_Given = tuple[Any, Any, Any]
"""What a cursor is about to execute: statement, parameters, the cursor."""

_ENDS = {"_commit_gen": "COMMIT", "_rollback_gen": "ROLLBACK"}


@dataclass(slots=True)
class Exchange:
    """A step that is about to be taken: what will be sent, and psycopg's generator that sends it.

    Attributes:
        state: what the generator waits for, once it has been started: to read, to write, or both.
    """

    connection: Scheduled
    generator: Any
    sql: str
    parameters: Any
    cursor: Any
    where: str
    state: int = 0


class _Telling:
    """A cursor that tells its connection what it is about to execute."""

    def _execute_gen(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        self._conn.given = (query, params, self)
        return super()._execute_gen(query, params, **options)  # type: ignore[misc]  # mixed into psycopg's cursors


class _TellingServer:
    """A server-side cursor that does: to declare it, to fetch from it and to close it are exchanges of their own."""

    def _declare_gen(self: Any, query: Any, params: Any = None, binary: bool | None = None) -> Any:
        text = self._conn._text(self._make_declare_statement(query))  # noqa: SLF001 - a connection of ours
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


class Scheduled:
    """What makes a connection of psycopg one whose exchanges stop; mixed into both kinds.

    Attributes:
        given: what a cursor of this connection is about to execute.
        scheduled: False while a pool sets the connection up or takes it back: its exchanges are no steps then.
        checked: whether the server has said that its deadlock check for the present wait is over.
        settings: the default isolation level and the lock timeout that rowrace has set; "" where it has not.
        user: the session that used it last; "" outside of all sessions.
        lent: whether it is out of its pool.
        intruded: called when a thread uses it that is no session's; raises.
        pid: of its backend, also once it is closed.
    """

    given: _Given | None = None
    scheduled: bool = False
    checked: bool = False
    settings: tuple[str, str] = ("", "")
    user: str = ""
    lent: bool = False
    intruded: Callable[[], None] | None = None
    pid: int
    pgconn: Any
    _stepped: bool = False

    def hear_deadlock_checks(self: Any) -> None:
        """Hear the server say when its deadlock check for a wait of this connection is over.

        With log_lock_waits on, a backend logs that it still waits right after its deadlock check, and
        client_min_messages, set by `HEARING`, makes it say so to us. From then on whoever closes a cycle is its
        victim, always: the check of a wait runs once, and this one found no cycle yet.
        """
        self.add_notice_handler(self._heard)

    @property
    def asks_for(self: Any) -> psycopg.IsolationLevel | None:
        """The isolation level that it asks for when a transaction begins; None: the default."""
        level: psycopg.IsolationLevel | None = self.isolation_level
        return level

    def forget_level(self: Any) -> None:
        """Have transactions begin at the default level again; sends nothing."""
        with suppress(StopIteration):
            next(self._set_isolation_level_gen(None))

    def _heard(self, diagnostic: Diagnostic) -> None:
        if diagnostic.source_function == "ProcSleep" and " acquired " not in (diagnostic.message_primary or ""):
            self.checked = True

    def _step(self, gen: Any) -> tuple[Carrier, Exchange] | None:
        """The session that is to stop before an exchange, and the step that it is; None where it is none."""
        given, self.given = self.given, None
        carrier = current()
        if carrier is None:
            if self.scheduled and self.intruded is not None and is_foreign():
                self.intruded()
            return None
        self.user = carrier.name
        if not self.scheduled or carrier.probing:
            return None
        exchange = self._exchange(gen, given, carrier.unscheduled)
        return None if exchange is None else (carrier, exchange)

    def _exchange(self, gen: Any, given: _Given | None, unscheduled: re.Pattern[str] | None) -> Exchange | None:
        """The step that an exchange is, or None where it sends nothing or nothing the schedule is about."""
        name = getattr(gen, "__name__", "exchange")
        if name in _ENDS:
            stepped, self._stepped = self._stepped, False
            if not stepped or self.pgconn.transaction_status == TransactionStatus.IDLE:  # so it is in autocommit
                return None
            return Exchange(self, gen, _ENDS[name], None, None, calling_line())
        if name in _SILENT:
            return None
        if given is None:
            self._stepped = True
            return Exchange(self, gen, name.strip("_").removesuffix("_gen"), None, None, calling_line())
        query, parameters, cursor = given
        text = query if isinstance(query, str) else self._text(query)
        if unscheduled is not None and unscheduled.match(text):
            return None
        self._stepped = True
        return Exchange(self, gen, text, parameters, cursor, calling_line())

    def _text(self, query: Any) -> str:
        return str(query.decode(errors="replace") if isinstance(query, bytes) else query.as_string(self))


HEARING = "-c client_min_messages=log"
"""The option that a connection must be made with for `hear_deadlock_checks`."""


class ScheduledConnection(Scheduled, psycopg.Connection[TupleRow]):
    """psycopg's connection whose exchanges stop in the session that makes them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = ScheduledCursor
        self.server_cursor_factory = ScheduledServerCursor
        self.lock: Any = SessionLock(passable=False)  # two sessions may share a connection, as a StaticPool lets them
        self.pid = self.pgconn.backend_pid

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Stop before the exchange, if it is a step of a session's; else as psycopg's."""
        step = self._step(gen)
        return super().wait(gen, *args, **options) if step is None else step[0].stop(step[1])

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
        if self.scheduled or not self.closed:
            super().rollback()


class ScheduledAsyncConnection(Scheduled, psycopg.AsyncConnection[TupleRow]):
    """psycopg's asynchronous connection whose exchanges stop in the session that makes them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = ScheduledAsyncCursor
        self.server_cursor_factory = ScheduledAsyncServerCursor
        self.pid = self.pgconn.backend_pid

    async def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """As `ScheduledConnection.wait`; the session's whole event loop stands still meanwhile."""
        step = self._step(gen)
        return await super().wait(gen, *args, **options) if step is None else step[0].stop(step[1])

    async def rollback(self) -> None:
        """As `ScheduledConnection.rollback`."""
        if self.scheduled or not self.closed:
            await super().rollback()
