"""Where the columns of a statement's result come from, for drivers that do not tell."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection
from psycopg.pq import ExecStatus
from psycopg.rows import TupleRow


class Described:
    """Asks the server, for each statement once.

    Args:
        connection: rowrace's own.
    """

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._connection = connection
        self._known: dict[str, Sequence[tuple[str, int, int]]] = {}

    def __call__(self, query: str) -> Sequence[tuple[str, int, int]]:
        """The columns of a statement's result: name, oid of the table (0: none), number in the table."""
        if query not in self._known:
            self._known[query] = self._ask(query)
        return self._known[query]

    def _ask(self, query: str) -> Sequence[tuple[str, int, int]]:
        server = self._connection.pgconn
        if server.prepare(b"", query.encode()).status != ExecStatus.COMMAND_OK:  # a temporary table's, say
            return ()
        result = server.describe_prepared(b"")
        columns = range(result.nfields)
        return [((result.fname(n) or b"").decode(), result.ftable(n), result.ftablecol(n)) for n in columns]
