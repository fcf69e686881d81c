"""The connections to a scratch database, whoever made their engines, and when."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from sqlalchemy import Dialect

from fuzz.engine.carrier import current, take_in_thread
from fuzz.engine.drivers import connect
from fuzz.engine.forks import Forks
from fuzz.engine.level import set_up
from fuzz.engine.listening import Home, enter, leave, within
from fuzz.engine.scheduled import Scheduled
from fuzz.engine.where import calling_line
from fuzz.errors import TargetError

Describe = Callable[[str], Sequence[tuple[str, int, int]]]
"""The columns of a statement's result: name, table's oid, number in the table."""


class Connections(Home):
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
        self._kept: set[Scheduled] = set()
        self._blamed: set[Scheduled] = set()
        self.level = "read committed"
        self.refused: TargetError | None = None
        self._process = os.getpid()
        self._forks = Forks()
        take_in_thread()
        enter(database, self)

    def close(self) -> None:
        """Close what is left, and leave engines alone from now on."""
        for user in set(self.users.values()):
            self.drop(user)
        leave(self._database)
        self._forks.close()

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
        self.refused = None
        with within(self):
            yield
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

    def begin(self) -> None:
        """A run begins: what is out of its pool by now is kept there for good, which is no call's doing."""
        self._kept = {connection for connection in self._records if connection.lent}
        self._blamed.clear()

    def left_by(self, session: str) -> tuple[bool, int]:
        """What a call that has ended now has left behind; what was so before it is not its doing.

        Returns:
            Whether it has left a connection in a transaction, and how many it has not given back to their pools.
        """
        used = [connection for connection in self._records if connection.user == session]
        lent = {connection for connection in used if connection.lent} - self._kept - self._blamed
        self._blamed |= lent
        in_transaction = [connection for connection in used if not (connection.is_idle or connection.left_open)]
        for connection in in_transaction:
            connection.left_open = True
        return bool(in_transaction), len(lent)

    def clear(self) -> None:
        """Leave no transaction open between runs, as a seed or a warm-up may: tables could not be emptied."""
        for connection in self._records:
            connection.clear()

    def roll_back(self, worn: Collection[int]) -> set[str]:
        """Leave no transaction of a session open.

        Args:
            worn: backends that cannot be used again.

        Returns:
            The sessions that have used these, or what cannot be used again either: closed, not given back, not rolled
            back.
        """
        return {c.user for c in self._records if c.user and (c.pid in worn or self._is_spent(c) or not c.clear())}

    def _is_spent(self, connection: Scheduled) -> bool:
        return connection.is_gone or (connection.lent and connection not in self._kept)

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
        connection.two_phase = self._refuse_two_phase
        connection.describe = self._describe
        self._records[connection] = record

    def _refuse_intruder(self) -> None:
        where = calling_line() or "its end"
        if os.getpid() != self._process:
            self._forks.tell(where)
            raise _intrusion("a process", where)
        self.refused = _intrusion("a thread", where)
        raise self.refused

    def _refuse_two_phase(self) -> None:
        self.refuse(
            f"The target's code commits in two phases (PREPARE TRANSACTION), at {calling_line() or 'its end'}.",
            "rowrace does not schedule that: let it commit at once (`twophase=False`).",
        )

    def let_go(self, connection: Scheduled) -> None:
        """A connection is being closed."""
        self._records.pop(connection, None)

    def lend(self, connection: Scheduled, adapted: Any) -> None:
        """A connection leaves its pool."""
        carrier = current()
        connection.user = "" if carrier is None else carrier.name
        connection.lent = True
        self._kept.discard(connection)
        self._blamed.discard(connection)
        set_up(connection, adapted, self.level)
        connection.scheduled = True


def _intrusion(who: str, where: str) -> TargetError:
    return TargetError(
        f"The target's code has started {who} of its own that uses the database, at {where}.",
        "rowrace schedules sessions, each of which is one thread: make two operations of it, or call it in place.",
    )
