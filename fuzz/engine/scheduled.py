"""Connections whose every exchange with the server stops in the session that makes it, whatever the driver.

An exchange is a generator as psycopg writes them: it sends, yields what it waits for (to read, to write), is sent what
has become possible, and returns what the driver makes of the answer. A driver that is not written that way is turned
into such generators (`fuzz.engine.drivers`).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.pq import TransactionStatus

from fuzz.engine.carrier import Carrier, current, is_foreign
from fuzz.engine.where import calling_line

_LISTEN = re.compile(r"\s*LISTEN\s", re.IGNORECASE)
_ADVISORY = re.compile("advisory", re.IGNORECASE)

_TWO_PHASE = re.compile(r"\s*(PREPARE\s+TRANSACTION|(COMMIT|ROLLBACK)\s+PREPARED)\s", re.IGNORECASE)

LOGGED_BY = "ProcSleep"
"""The function of the server that logs what becomes of a wait for a lock."""

UNKNOWN = object()
"""In place of a level that has not been looked at."""

Given = tuple[Any, Any, Any]
"""What a cursor is about to execute: statement, parameters, the cursor."""


@dataclass(slots=True)
class Exchange:
    """A step that is about to be taken: what will be sent, and the generator that sends it.

    Attributes:
        cursor: has the result of the statement as its `pgresult` afterwards; None: there is none to be had.
        state: what the generator waits for, once it has been started: to read, to write, or both.
        blockers: the backends that it waited for when the server was last asked.
        moved: how often it has got what it waited for.
    """

    connection: Scheduled
    generator: Any
    sql: str
    parameters: Any
    cursor: Any
    where: str
    state: int = 0
    blockers: frozenset[int] = frozenset()
    moved: int = 0


class Scheduled(ABC):
    """What makes a driver's connection one whose exchanges stop; mixed into it.

    Attributes:
        given: what a cursor of this connection is about to execute.
        scheduled: False while a pool sets the connection up or takes it back: its exchanges are no steps then.
        checked: whether the server has said that its deadlock check for the present wait is over. With log_lock_waits
            on, a backend logs that it still waits right after its deadlock check, and client_min_messages makes it
            say so to us. From then on whoever closes a cycle is its victim, always: the check of a wait runs once, and
            this one found no cycle yet.
        tells: whether the server says so: False where it has been waited for in vain, until it is heard again.
        settings: the default isolation level and the lock timeout that rowrace has set; "" where it has not.
        own_level: what its driver had been told about levels when it first left its pool: by `create_engine`, or by
            whoever hears of new connections. An option of one use is undone to this.
        user: the session that used it last; "" outside of all sessions.
        lent: whether it is out of its pool.
        left_open: whether an earlier call has left it in a transaction, and nothing has been sent on it since.
        describe: tells the columns of a statement's result, for a driver that does not know where they come from.
        intruded: called when a thread uses it that is no session's; raises.
        two_phase: called when it is about to begin, or to end, a transaction in two phases; raises.
        names_advisory_locks: whether a statement that it has sent does, so that it may hold one.
        listens: whether it has sent a LISTEN, so that it may hear of a NOTIFY.
        pid: of its backend, also once it is closed.
        abandoned: whether its backend has been ended, with the run that it was in the middle of.
    """

    given: Given | None = None
    scheduled: bool = False
    checked: bool = False
    tells: bool = True
    settings: tuple[str, str] = ("", "")
    own_level: Any = UNKNOWN
    user: str = ""
    lent: bool = False
    left_open: bool = False
    describe: Callable[[str], Sequence[tuple[str, int, int]]]
    intruded: Callable[[], None] | None = None
    two_phase: Callable[[], None] | None = None
    names_advisory_locks: bool = False
    listens: bool = False
    pid: int
    abandoned: bool = False
    _stepped: bool = False

    @property
    @abstractmethod
    def database(self) -> str:
        """The name of the database that it leads to."""

    @property
    @abstractmethod
    def socket(self) -> int:
        """The file descriptor that the server answers on."""

    @property
    @abstractmethod
    def transaction_status(self) -> TransactionStatus:
        """Whether it is in a transaction."""

    @property
    @abstractmethod
    def level(self) -> str | None:
        """The isolation level that it asks for when a transaction begins, by key; None: the default."""

    @property
    @abstractmethod
    def is_gone(self) -> bool:
        """Whether it has been closed, or lost."""

    @abstractmethod
    def told_level(self, adapted: Any) -> Any:
        """What the driver has been told about levels, in its own words.

        Args:
            adapted: the connection as SQLAlchemy has it.
        """

    @abstractmethod
    def tell_level(self, adapted: Any, level: Any) -> None:
        """Tell the driver again; sends nothing. Arguments as above."""

    @abstractmethod
    def hear(self) -> None:
        """Begin to set `checked` when the server says so."""

    @abstractmethod
    def undo(self) -> bool:
        """Roll back and UNLISTEN at once, outside of all sessions and event loops; False where the driver cannot."""

    @abstractmethod
    def finish(self) -> None:
        """Close it at once, likewise."""

    def hear_of_wait(self, message: str) -> None:
        """Take what the server logs: that it still waits, as often as it wakes up, or that it has got what it wants."""
        self.tells = True
        self.checked = " acquired " not in message

    @property
    def is_idle(self) -> bool:
        """Whether it is in no transaction."""
        return self.transaction_status in {TransactionStatus.IDLE, TransactionStatus.UNKNOWN}

    def text_of(self, query: Any) -> str:
        """A statement as text: a driver takes bytes, and what it composes, too."""
        if isinstance(query, str):
            return query
        return str(query.decode(errors="replace") if isinstance(query, bytes) else query.as_string(self))

    def step(self, generator: Any, name: str) -> tuple[Carrier, Exchange] | None:
        """The session that is to stop before an exchange, and the step that it is; None where it is none.

        Args:
            generator: the exchange.
            name: of what ends a transaction ("COMMIT", "ROLLBACK"), or of what is sent where nothing was given; "":
                nothing is sent.
        """
        given, self.given = self.given, None
        if given is not None and self.two_phase is not None and _TWO_PHASE.match(given[0]):
            self.two_phase()
        if given is not None and not self.names_advisory_locks:
            self.names_advisory_locks = _ADVISORY.search(given[0]) is not None
        if given is not None and not self.listens:
            self.listens = _LISTEN.match(given[0]) is not None
        carrier = current()
        if carrier is None:
            if self.scheduled and self.intruded is not None and is_foreign():
                self.intruded()
            return None
        self.user = carrier.name
        if carrier.probing or not name or not (self.scheduled or self._is_commit_of_pool(name)):
            return None
        exchange = self._exchange(generator, given, name, carrier.unscheduled)
        return None if exchange is None else (carrier, exchange)

    def clear(self) -> bool:
        """Leave no transaction open, and have it listen to nothing; whether that could be done."""
        self._stepped = self.left_open = False
        if self.is_idle and not self.listens:
            return True
        self.listens = False
        return self.undo()

    def _is_commit_of_pool(self, name: str) -> bool:
        """Whether a pool that takes it back commits what was written on it: that is the code's own doing."""
        stepped = self._stepped and not self.lent
        if name == "ROLLBACK":
            self._stepped = False
        return stepped and name == "COMMIT"

    def _exchange(
        self, generator: Any, given: Given | None, name: str, unscheduled: re.Pattern[str] | None
    ) -> Exchange | None:
        if name in {"COMMIT", "ROLLBACK"}:
            stepped, self._stepped = self._stepped, False
            if not stepped or self.transaction_status == TransactionStatus.IDLE:  # so it is in autocommit
                return None
            return Exchange(self, generator, name, None, None, calling_line())
        self.left_open = False
        if given is None:
            self._stepped = True
            return Exchange(self, generator, name, None, None, calling_line())
        text, parameters, cursor = given
        if unscheduled is not None and unscheduled.match(text):
            return None
        self._stepped = True
        return Exchange(self, generator, text, parameters, cursor, calling_line())
