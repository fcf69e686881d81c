"""A session's own connection, lent to SQLAlchemy for a look at what the session sees inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Engine, NullPool, create_engine
from sqlalchemy.orm import Session, sessionmaker

from fuzz.engine.drivers.psycopg3 import ScheduledConnection
from fuzz.engine.failures import failure_of, is_locked_out
from fuzz.history import Failure
from fuzz.postgres.settings import LOCK_TIMEOUT
from fuzz.target import Invariant, Target

_GIVE_UP = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
"""Where another session holds a lock, which stands still meanwhile; undone with the savepoint."""


class Borrowed:
    """A connection whose transaction is another's: what is committed, rolled back or closed here stays as it was.

    Args:
        connection: the session's.
    """

    def __init__(self, connection: ScheduledConnection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Nothing."""

    rollback = close = commit

    def add_notice_handler(self, _handler: Callable[..., None]) -> None:
        """Nothing: the connection has the handlers that it needs."""


class Insight:
    """Asks invariants of what a session sees inside its transaction.

    Args:
        target: whose invariants they are.
        url: of the scratch database.
    """

    def __init__(self, target: Target, url: URL) -> None:
        self._target = target
        self._invariants = {name: each for name, each in target.invariants.items() if each.inside}
        self._lent: ScheduledConnection | None = None
        self._engine: Engine = create_engine(url, poolclass=NullPool, creator=self._lend, use_native_hstore=False)

    @property
    def is_asked_for(self) -> bool:
        """Whether the target has such invariants."""
        return bool(self._invariants)

    def __call__(self, connection: ScheduledConnection) -> Mapping[str, Failure]:
        """What does not hold in the transaction that a connection is in: name -> the failure."""
        if connection.pgconn.transaction_status != TransactionStatus.INTRANS:
            return {}
        self._lent = connection
        connection.execute("SAVEPOINT rowrace")
        try:
            asked = {name: self._ask(each, connection) for name, each in self._invariants.items()}
        finally:
            connection.execute("RELEASE SAVEPOINT rowrace")
        return {name: failure for name, failure in asked.items() if failure is not None}

    def _ask(self, invariant: Invariant, connection: ScheduledConnection) -> Failure | None:
        connection.execute(_GIVE_UP)
        with Session(self._engine) as session:
            given = {"session": session, "engine": self._engine, "sessions": sessionmaker(self._engine)}
            try:
                invariant.function(self._target, *(given[name] for name in invariant.gives))
            except Exception as error:  # noqa: BLE001 - whatever it raises says that it does not hold
                failure = failure_of(error)
                return None if is_locked_out(failure) else failure
            finally:
                connection.execute("ROLLBACK TO SAVEPOINT rowrace")
        return None

    def _lend(self) -> Any:
        assert self._lent is not None
        return Borrowed(self._lent)
