"""asyncpg: it reads its answers by the session's event loop, which gives the turn back as long as there are none.

The session stops before an exchange as with any driver. When its turn comes it goes on, sends, and stops again and
again until the answer is there (`fuzz.engine.loop`), and once more with the answer, so that what is done with it is
done when the scheduler has seen it. Statements are told as psycopg has them, with %(1)s for $1.
"""

from __future__ import annotations

import re
from abc import ABCMeta
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import asyncpg  # type: ignore[import-untyped]  # it has no types
from psycopg.pq import TransactionStatus
from psycopg.waiting import Wait
from sqlalchemy import Dialect

from fuzz.engine.carrier import Carrier
from fuzz.engine.drivers.result import Origin, PlainResult
from fuzz.engine.loop import InFlight, SessionLoop
from fuzz.engine.scheduled import LOGGED_BY, Scheduled

_LEVELS = {"SERIALIZABLE": "ser", "REPEATABLE READ": "rr", "READ COMMITTED": "rc", "READ UNCOMMITTED": "rc"}

_LEVEL = re.compile(f"ISOLATION LEVEL ({'|'.join(_LEVELS)})")

_PLACEHOLDER = re.compile(r"\$(\d+)")


def connect(_dialect: Dialect, _cargs: Any, cparams: Any) -> None:
    """As `fuzz.engine.drivers.connect`."""
    cparams["server_settings"] = {**cparams.get("server_settings", {}), "client_min_messages": "log"}
    cparams["connection_class"] = ScheduledConnection


@dataclass(frozen=True, slots=True)
class _Answered:
    """Why a session stops whose answer has come."""

    value: Any
    error: Exception | None


def _drive(carrier: Carrier) -> Generator[Wait, Any, Any]:
    """An exchange: the session itself goes on with it as soon as there is something to read."""
    reason = carrier.go_on(None, None)
    while isinstance(reason, InFlight):
        yield Wait.R
        reason = carrier.go_on(None, None)
    assert isinstance(reason, _Answered)
    if reason.error is not None:
        raise reason.error
    return reason.value


class _Cursor:
    """What was executed, and what came of it.

    Args:
        state: asyncpg's prepared statement.
        describe: tells the columns of a statement's result.
    """

    def __init__(self, state: Any, describe: Callable[[str], Sequence[Origin]]) -> None:
        self._state = state
        self._describe = describe
        self.answer: tuple[Any, Any] = ((), b"")

    @property
    def pgresult(self) -> PlainResult:
        """The result, in libpq's form."""
        rows, tag = self.answer
        columns = self._describe(self._state.query)
        return PlainResult(tag.decode() if isinstance(tag, bytes) else tag or "", columns, lambda: rows or ())


class _Protocol:
    """asyncpg's protocol, whose exchanges stop.

    Args:
        connection: whose it is.
        protocol: asyncpg's own.
    """

    def __init__(self, connection: ScheduledConnection, protocol: Any) -> None:
        self._connection = connection
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    async def query(self, query: str, timeout: Any) -> Any:
        """Send a statement that takes no arguments: what begins and ends transactions."""
        word = query.strip().rstrip(";")
        if word.startswith("BEGIN"):
            level = _LEVEL.search(word.upper())
            self._connection.asked = _LEVELS[level.group(1)] if level else None
            return await self._connection.ask(lambda: self._protocol.query(query, timeout))
        if word not in {"COMMIT", "ROLLBACK"}:
            self._connection.given = (word, None, None)
        return await self._connection.exchange(word, lambda: self._protocol.query(query, timeout), None)

    async def prepare(self, *args: Any, **named: Any) -> Any:
        """Prepare a statement."""
        return await self._connection.ask(lambda: self._protocol.prepare(*args, **named))

    async def bind_execute(
        self, state: Any, args: Any, portal_name: str, limit: int, return_extra: bool, timeout: Any
    ) -> Any:
        """Execute a prepared statement; who does not ask for more than the rows is not given more."""
        cursor = _Cursor(state, self._connection.describe)
        self._tell(_told(state.query), args, cursor)
        act = partial(self._protocol.bind_execute, state, args, portal_name, limit, True, timeout)
        answer = await self._sent(cursor, act)
        return answer if return_extra else answer[0]

    async def bind_execute_many(self, state: Any, args: Any, *_options: Any, **named: Any) -> Any:
        """Execute a prepared statement for each of several sets of arguments: each is a step of its own."""
        found: list[Any] = []
        for each in list(args):
            rows = await self.bind_execute(state, each, "", 0, False, named.get("timeout"))
            found.extend(rows or ())
        return found if named.get("return_rows") else None

    async def bind(self, state: Any, args: Any, *options: Any) -> Any:
        """Declare a cursor; no rows come of that."""
        self._tell(f'DECLARE "cursor" CURSOR FOR {_told(state.query)}', args, None)
        return await self._sent(None, lambda: self._protocol.bind(state, args, *options))

    async def execute(self, state: Any, portal: Any, limit: int, *options: Any) -> Any:
        """Fetch from a cursor."""
        cursor = _Cursor(state, self._connection.describe)
        self._tell(f'FETCH FORWARD {limit or "ALL"} FROM "cursor"', None, cursor)
        return await self._sent(cursor, lambda: self._protocol.execute(state, portal, limit, *options))

    def _tell(self, text: str, args: Any, cursor: _Cursor | None) -> None:
        parameters = None if args is None else {str(place): value for place, value in enumerate(args, 1)}
        self._connection.given = (text, parameters, cursor)

    async def _sent(self, cursor: _Cursor | None, act: Callable[[], Awaitable[Any]]) -> Any:
        return await self._connection.exchange("execute", act, cursor)


class _Meta(type(asyncpg.Connection), ABCMeta):  # type: ignore[misc]  # asyncpg has a metaclass of its own
    """Of both bases."""


class ScheduledConnection(Scheduled, asyncpg.Connection, metaclass=_Meta):  # type: ignore[misc]  # asyncpg has no types
    """asyncpg's connection whose exchanges stop in the session that makes them.

    Attributes:
        asked: the isolation level that the present transaction asked for.
    """

    asked: str | None = None

    def __init__(self, protocol: Any, *args: Any) -> None:
        super().__init__(protocol, *args)
        self._protocol: Any = _Protocol(self, protocol)
        self.pid = self.get_server_pid()

    async def exchange(self, name: str, act: Callable[[], Awaitable[Any]], cursor: _Cursor | None) -> Any:
        """Send something, before which the session stops if that is a step.

        Args:
            name: of what ends a transaction.
            act: sends it.
            cursor: takes the answer.
        """
        given, self.given = self.given, None
        loop = cast("SessionLoop", self._loop)
        if not isinstance(loop, SessionLoop):
            return await act()
        async with loop.exchanges:
            self.given = given
            return await self._exchanged(loop, name, act, cursor)

    async def ask(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Send something that is no step."""
        loop = cast("SessionLoop", self._loop)
        if not isinstance(loop, SessionLoop):
            return await act()
        loop.asking += 1
        try:
            return await act()
        finally:
            loop.asking -= 1

    async def _exchanged(
        self, loop: SessionLoop, name: str, act: Callable[[], Awaitable[Any]], cursor: _Cursor | None
    ) -> Any:
        step = self.step(None, name)
        if step is None:
            return await self.ask(act)
        carrier, exchange = step
        exchange.generator = _drive(carrier)
        carrier.stop(exchange)
        loop.in_flight = True
        try:
            answered = _Answered(await act(), None)
        except Exception as error:  # noqa: BLE001 - it is the answer, and goes to the target
            answered = _Answered(None, error)
        finally:
            loop.in_flight = False
        if cursor is not None and answered.error is None:
            cursor.answer = answered.value[:2]
        return carrier.stop(answered)

    @property
    def database(self) -> str:
        """As `Scheduled.database`."""
        return str(self._params.database)

    @property
    def socket(self) -> int:
        """As `Scheduled.socket`."""
        return int(self._transport.get_extra_info("socket").fileno())

    @property
    def transaction_status(self) -> TransactionStatus:
        """As `Scheduled.transaction_status`."""
        return TransactionStatus.INTRANS if not self.is_gone and self.is_in_transaction() else TransactionStatus.IDLE

    @property
    def level(self) -> str | None:
        """As `Scheduled.level`; what is sent outside of transactions asks for none."""
        return None if self.is_idle else self.asked

    @property
    def is_gone(self) -> bool:
        """As `Scheduled.is_gone`."""
        return bool(self.is_closed())

    def told_level(self, adapted: Any) -> Any:
        """As `Scheduled.told_level`: SQLAlchemy keeps it, and says it when a transaction begins."""
        return adapted.isolation_level

    def tell_level(self, adapted: Any, level: Any) -> None:
        """As `Scheduled.tell_level`."""
        adapted.isolation_level = adapted._isolation_setting = level  # noqa: SLF001 - its own way would await

    def hear(self) -> None:
        """As `Scheduled.hear`."""
        self.add_log_listener(_heard)

    def undo(self) -> bool:
        """As `Scheduled.undo`: nothing is sent but by the event loop."""
        return False

    def finish(self) -> None:
        """As `Scheduled.finish`."""
        with suppress(RuntimeError):  # its loop is closed already
            self.terminate()


def _heard(connection: ScheduledConnection, message: Any) -> None:
    if message.server_source_function == LOGGED_BY:
        connection.hear_of_wait(message.message)


def _told(query: str) -> str:
    return _PLACEHOLDER.sub(r"%(\1)s", query.replace("%", "%%"))
