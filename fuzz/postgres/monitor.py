"""Who waits, asked of the server itself: a slow statement and a blocked one look the same from outside."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow

from fuzz.postgres.prepared import Prepared

_HOLDERS = """
SELECT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
 WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""


class Monitor:
    """Sees which backends wait for which, from a connection of its own.

    `pg_isolation_test_session_is_blocked` is what PostgreSQL's own isolation tester asks; it counts only waits for
    the backends it is told, and a serializable transaction's wait for a safe snapshot.
    """

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._blocked = Prepared(
            connection, "rowrace_blocked", "SELECT pg_catalog.pg_isolation_test_session_is_blocked($1, $2)"
        )
        self._blockers = Prepared(connection, "rowrace_blockers", "SELECT unnest(pg_catalog.pg_blocking_pids($1))")
        self._holders = Prepared(connection, "rowrace_holders", _HOLDERS)
        self._terminate = Prepared(connection, "rowrace_terminate", "SELECT pg_catalog.pg_terminate_backend($1)")

    def is_blocked(self, pid: int, others: str) -> bool:
        """Whether a backend waits for a lock that one of the others holds or is before it in the queue for.

        Args:
            pid: the backend.
            others: process ids as a PostgreSQL array's text, "{1,2}".
        """
        return self._blocked(pid, others)[0][0] == "t"

    def blockers(self, pid: int) -> Iterable[int]:
        """The process ids that a backend waits for."""
        return {int(row[0]) for row in self._blockers(pid) if row[0]}

    def holders(self) -> set[int]:
        """The backends in this database that hold advisory locks, which outlive a transaction."""
        return {int(row[0]) for row in self._holders() if row[0]}

    def terminate(self, pid: int) -> None:
        """End a backend that no longer answers."""
        self._terminate(pid)
