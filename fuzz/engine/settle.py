"""Drives an exchange until the server has answered, or has said that it waits for another session.

Blocked is never guessed from a time-out: after a short while without an answer the server is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from select import select
from time import monotonic
from typing import Any

from psycopg import OperationalError
from psycopg.errors import _WaitTimeout
from psycopg.waiting import Ready, Wait, wait

from fuzz.engine.connections import Connections
from fuzz.engine.scheduled import Exchange
from fuzz.postgres.halting import Halting
from fuzz.postgres.monitor import Monitor
from fuzz.postgres.waiting import TIMED

PATIENCE = 300e-6
"""Seconds without an answer before the server is asked; nearly all statements answer within it.

psycopg waits for so short a time by looking again and again, which costs a core that would be idle, and saves the
time that the machine takes to wake up: on an idle machine twice as much as the statement.
"""

LONGEST_PATIENCE = 0.02
"""Seconds between two questions, when a statement takes long."""

UNCHECKED = 1.0
"""Seconds for word of the deadlock check to come; it takes one thousandth of it, but on a machine that is busy."""

UNTOLD = 0.05
"""The same where it has not come the last time: the target's code has set client_min_messages, perhaps."""


LAST_WORD = 0.25
"""Seconds for one's own backend to end, too, where a session's has without a word: with a server that is killed, or
starts anew as one of its processes was, they all do, one after the other. If that takes longer, the target is told so,
and rowrace hears it when it asks next."""


class Hung(Exception):
    """A statement that neither answered nor was blocked for the whole step timeout."""


@dataclass(slots=True)
class Answer:
    """How an exchange ended: what psycopg made of it, or what it raised."""

    value: Any
    error: BaseException | None


class Settler:
    """Drives exchanges.

    Args:
        monitor: sees who waits for whom.
        connections: those that can wait for one another.
        halting: has those stand still that wait.
        step_timeout: seconds after which a statement that is not blocked is given up.
    """

    def __init__(self, monitor: Monitor, connections: Connections, halting: Halting, step_timeout: float) -> None:
        self._monitor = monitor
        self._connections = connections
        self._halting = halting
        self._step_timeout = step_timeout

    def send(self, exchange: Exchange) -> Answer | None:
        """Send what an exchange is about.

        Returns:
            The answer; None when the server says that it waits for another session.

        Raises:
            Hung: when there is neither for the step timeout.
            psycopg.OperationalError: the server is lost.
        """
        if not TIMED:
            return self._drive(exchange, None, PATIENCE)
        try:
            return Answer(wait(exchange.generator, exchange.connection.socket, PATIENCE, PATIENCE), None)
        except _WaitTimeout:
            pass  # gone on with below: in here the time-out would become the context of what the server answers
        except Exception as error:  # noqa: BLE001 - it is the answer, and goes to the target
            return self._refused(exchange, error)
        return self._drive(exchange, Ready.NONE, 0.0)

    def go_on(self, exchange: Exchange) -> Answer | None:
        """Go on with an exchange that was blocked; as `send`."""
        if self._is_blocked(exchange):
            return self._hear(exchange)
        exchange.moved += 1
        self._halting.let_go(exchange.connection.pid)
        exchange.connection.checked = False
        ready = self._ready(exchange, PATIENCE)
        answer = None if ready is None else self._drive(exchange, ready, PATIENCE)
        if answer is None and self._halting.is_on:
            answer = self.hear_check(exchange)
            if answer is None:
                self._halting.halt(exchange.connection.pid)
        return answer

    def one_by_one(self, waiting: Iterable[Exchange]) -> AbstractContextManager[None]:
        """Within it, of those that wait, each goes on only when `go_on` is asked for it.

        Args:
            waiting: exchanges that are blocked, and whose deadlock checks are over.
        """
        return self._halting.halted(exchange.connection.pid for exchange in waiting)

    def _hear(self, exchange: Exchange) -> Answer | None:
        """Read what the server has said of an exchange that is blocked: this may be another wait than before."""
        said = select([exchange.connection.socket], [], [], 0)[0]
        return self._drive(exchange, Ready.R, 0.0) if said else None

    def hear_check(self, exchange: Exchange) -> Answer | None:
        """Wait for the deadlock check of an exchange that is blocked to be over.

        Returns:
            The answer, if there was a deadlock, or the wait has ended in some other way; None: it is still blocked.
        """
        connection = exchange.connection
        while not connection.checked:
            if not exchange.blockers and self._is_blocked(exchange) and not exchange.blockers:
                connection.checked = True  # it waits for a safe snapshot: that has no check, and closes no cycle
            elif not select([connection.socket], [], [], UNCHECKED if connection.tells else UNTOLD)[0]:
                connection.checked, connection.tells = True, False
            elif (answer := self._drive(exchange, Ready.R, 0.0)) is not None:
                return answer
        return None

    def _drive(self, exchange: Exchange, ready: Ready | None, patience: float) -> Answer | None:
        generator = exchange.generator
        try:
            exchange.state = generator.send(ready)
            while (ready := self._ready(exchange, patience)) is not None:
                exchange.state = generator.send(ready)
        except StopIteration as end:
            return Answer(end.value, None)
        except Hung:
            raise
        except Exception as error:  # noqa: BLE001 - it is the answer, and goes to the target
            return self._refused(exchange, error)
        return None

    def _refused(self, exchange: Exchange, error: Exception) -> Answer:
        """What the target is to be told, unless the server is lost, which is no doing of its."""
        without_a_word = isinstance(error, OperationalError) and error.sqlstate is None
        if without_a_word or exchange.connection.is_gone:
            self._monitor.call(LAST_WORD if without_a_word else 0.0)
        return Answer(None, error)

    def _ready(self, exchange: Exchange, patience: float) -> Ready | None:
        """What the exchange can go on with, as soon as it can; None when it is blocked.

        Args:
            exchange: which.
            patience: seconds to wait before the server is asked.
        """
        socket = exchange.connection.socket
        readers = [socket]
        writers = readers if exchange.state & Wait.W else []
        deadline = monotonic() + self._step_timeout
        while True:
            readable, writable, _ = select(readers, writers, [], patience)
            if readable or writable:
                return Ready((Ready.R if readable else 0) | (Ready.W if writable else 0))
            if self._is_blocked(exchange):
                return None
            if monotonic() > deadline:
                raise Hung
            patience = min(max(2 * patience, PATIENCE), LONGEST_PATIENCE)

    def _is_blocked(self, exchange: Exchange) -> bool:
        blockers = self._monitor.blockers(exchange.connection.pid, self._connections.pids)
        exchange.blockers = blockers or frozenset()
        return blockers is not None
