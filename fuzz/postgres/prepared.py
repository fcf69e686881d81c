"""A statement prepared once and executed through libpq directly: what runs after every step must cost little."""

from __future__ import annotations

from psycopg import Connection, OperationalError, pq
from psycopg.generators import execute
from psycopg.rows import TupleRow

from fuzz.postgres.waiting import answer_to


class Prepared:
    """A prepared statement of an autocommit connection.

    Args:
        connection: where it is prepared; used by nobody else meanwhile.
        name: of the prepared statement, unique on the connection.
        query: SQL with $1, $2 ... as parameters.
    """

    def __init__(self, connection: Connection[TupleRow], name: str, query: str) -> None:
        self._pgconn = connection.pgconn
        self._name = name.encode()
        self._checked(self._pgconn.prepare(self._name, query.encode()))

    def __call__(self, *parameters: object) -> list[tuple[str | None, ...]]:
        """Execute it.

        Returns:
            The rows, every value as PostgreSQL's text.
        """
        self.send(*parameters)
        return self.rows()

    def send(self, *parameters: object) -> None:
        """Have it executed while one goes on; `rows` must be called before the connection is used again."""
        self._pgconn.send_query_prepared(self._name, [str(value).encode() for value in parameters])
        self._pgconn.flush()

    def rows(self) -> list[tuple[str | None, ...]]:
        """What it has come to; as when it is called."""
        (result,) = answer_to(execute(self._pgconn), self._pgconn.socket)
        self._checked(result)
        columns = range(result.nfields)
        return [
            tuple(None if (v := result.get_value(row, c)) is None else bytes(v).decode() for c in columns)
            for row in range(result.ntuples)
        ]

    def _checked(self, result: pq.abc.PGresult) -> None:
        if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
            raise OperationalError(bytes(result.error_message).decode(errors="replace"))
