"""psycopg connections whose every exchange with the server stops in the lane that makes it.

psycopg writes an exchange as a generator and gives it to `Connection.wait`, before anything is sent. A connection
used inside a lane hands it on to whoever schedules the lane; used elsewhere it is an ordinary connection. Threads
and a lock handed over do the same at a third to nine tenths of the speed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from fuzz.engine.where import calling_line

_SILENT = frozenset({"_set_autocommit_gen", "_set_isolation_level_gen", "_set_read_only_gen", "_set_deferrable_gen"})
"""Exchanges of psycopg that send nothing."""

_Given = tuple[Any, Any, psycopg.Cursor[Any]]
"""What a cursor is about to execute: statement, parameters, the cursor."""

Look = Callable[["ScheduledConnection"], None]
"""Looks at what a connection sees in its transaction, and leaves the transaction as it was."""

_ENDS = {"_commit_gen": "COMMIT", "_rollback_gen": "ROLLBACK"}


@dataclass(slots=True)
class Exchange:
    """A step that is about to be taken: what will be sent, and psycopg's generator that sends it.

    Attributes:
        state: what the generator waits for, once it has been started: to read, to write, or both.
    """

    connection: ScheduledConnection
    generator: Any
    sql: str
    parameters: Any
    cursor: psycopg.Cursor[Any] | None
    where: str
    state: int = 0


class LaneGreenlet(greenlet):
    """The greenlet that a call runs in.

    Attributes:
        unscheduled: matches the statements that are no steps; None: all are.
        look: what is to be called before a COMMIT; None: nothing.
        probing: True while rowrace itself uses the lane's session: nothing is a step then.
    """

    unscheduled: re.Pattern[str] | None
    look: Look | None = None
    probing: bool = False

    def stop(self, exchange: Exchange) -> Any:
        """Give the turn back; returns, when the exchange has been scheduled, what the server answered."""
        assert self.parent is not None
        return self.parent.switch(exchange)


class ScheduledCursor(psycopg.Cursor[TupleRow]):
    """A cursor that tells its connection what it is about to execute."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> ScheduledCursor:
        """As psycopg's."""
        self.connection.given = (query, params, self)  # type: ignore[attr-defined]  # only our connections make these
        return super().execute(query, params, **options)

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


class ScheduledConnection(psycopg.Connection[TupleRow]):
    """A connection whose exchanges stop in the lane that makes them.

    Attributes:
        given: what a cursor of this connection is about to execute.
        scheduled: False while a pool sets the connection up or takes it back: its exchanges are no steps then.
        checked: whether the server has said that its deadlock check for the present wait is over.
        level: the isolation level set as the connection's default.
        pid: of its backend, also once it is closed.
    """

    given: _Given | None = None
    scheduled: bool = False
    checked: bool = False
    level: str = ""
    _stepped: bool = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = ScheduledCursor
        self.pid = self.pgconn.backend_pid

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """Stop in the current lane, if this is one and the exchange is a step; else as psycopg's."""
        current = getcurrent()
        given, self.given = self.given, None
        if isinstance(current, LaneGreenlet) and self.scheduled and not current.probing:
            exchange = self._exchange(gen, given, current.unscheduled)
            if exchange is not None:
                return current.stop(exchange)
        return super().wait(gen, *args, **options)

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
        return query.decode(errors="replace") if isinstance(query, bytes) else query.as_string(self)

    def commit(self) -> None:
        """As psycopg's, after a look at what the transaction leaves, where one is asked for."""
        current = getcurrent()
        if isinstance(current, LaneGreenlet) and current.look is not None and self.scheduled and not current.probing:
            current.probing = True
            try:
                current.look(self)
            finally:
                current.probing = False
        super().commit()

    def rollback(self) -> None:
        """As psycopg's; a pool that takes back a connection of an abandoned run has nothing to undo."""
        if self.scheduled or not self.closed:
            super().rollback()

    def default_to(self, level: str) -> None:
        """Set the isolation level that transactions have unless they ask for another."""
        if self.isolation_level is not None:  # after an execution option SQLAlchemy puts its own default there
            self.isolation_level = None
        if self.level != level:
            self.execute("SELECT set_config('default_transaction_isolation', %s, false)", [level])
            self.commit()
            self.level = level

    def hear_deadlock_checks(self) -> None:
        """Have the server say when its deadlock check for a wait of this connection is over.

        With log_lock_waits on, a backend logs that it still waits right after its deadlock check, and
        client_min_messages makes it say so to us. From then on whoever closes a cycle is its victim, always:
        the check of a wait runs once, and this one found no cycle yet.
        """
        self.execute("SET client_min_messages = log")
        self.commit()
        self.add_notice_handler(self._heard)

    def _heard(self, diagnostic: Diagnostic) -> None:
        if diagnostic.source_function == "ProcSleep" and " acquired " not in (diagnostic.message_primary or ""):
            self.checked = True
