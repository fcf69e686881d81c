"""Who waits, asked of the server itself: a slow statement and a blocked one look the same from outside."""

from __future__ import annotations

from time import monotonic, sleep

from psycopg import Connection
from psycopg.rows import TupleRow

from fuzz.postgres.prepared import Prepared

_HOLDERS = """
SELECT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
 WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""


_BLOCKERS = """
SELECT pg_catalog.pg_blocking_pids($1) WHERE pg_catalog.pg_isolation_test_session_is_blocked($1, $2)
"""

GLANCE = 0.005
"""Seconds between two calls of the server."""


class Monitor:
    """Sees which backends wait for which, from a connection of its own.

    `pg_isolation_test_session_is_blocked` is what PostgreSQL's own isolation tester asks; it counts only waits for
    the backends it is told, and a serializable transaction's wait for a safe snapshot.
    """

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._blockers = Prepared(connection, "rowrace_blockers", _BLOCKERS)
        self._holders = Prepared(connection, "rowrace_holders", _HOLDERS)
        self._terminate = Prepared(connection, "rowrace_terminate", "SELECT pg_catalog.pg_terminate_backend($1)")

    def blockers(self, pid: int, others: str) -> frozenset[int] | None:
        """The process ids that a backend waits for, if it is blocked.

        Args:
            pid: the backend.
            others: process ids as a PostgreSQL array's text, "{1,2}".

        Returns:
            All that it waits for, be they among the others or not, so far as they are known; None where it does not
            wait for a lock that one of the others holds or is before it in the queue for.
        """
        rows = self._blockers(pid, others)
        return frozenset(map(int, filter(None, str(rows[0][0])[1:-1].split(",")))) if rows else None

    def holders(self) -> set[int]:
        """The backends in this database that hold advisory locks, which outlive a transaction."""
        return {int(row[0]) for row in self._holders() if row[0]}

    def call(self, patience: float) -> None:
        """Call the server, again and again.

        Args:
            patience: for how many seconds; 0: once.

        Raises:
            psycopg.OperationalError: it does not answer any more.
        """
        deadline = monotonic() + patience
        self._holders()
        while monotonic() < deadline:
            sleep(GLANCE)
            self._holders()

    def terminate(self, pid: int) -> None:
        """End a backend that no longer answers."""
        self._terminate(pid)
