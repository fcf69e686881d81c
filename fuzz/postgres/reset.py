"""Back to the seed's rows, in one round trip, before every case.

Measured against TRUNCATE, a database from a template and a schema made anew, DELETE and INSERT with foreign-key
triggers off is the fastest by an order of magnitude; it leaves dead rows, so the tables are vacuumed now and then.
What they leave behind shows in the order of rows that a query has not asked for an order of: new rows go where there is
room. Where that must not be, TRUNCATE makes the tables as they are in a database of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from fuzz.postgres.audit import read_row
from fuzz.postgres.catalogue import Catalogue, Stored
from fuzz.postgres.sequences import Sequence

VACUUM_EVERY = 100
"""Resets between two VACUUMs: without them a reset takes 2.8 times as long after 1,000, 15 times after 5,000."""

_COPY = "CREATE UNLOGGED TABLE rowrace.{copy} AS TABLE ONLY {table}"
_RESTORE = (
    "DELETE FROM ONLY {table}; "
    "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM rowrace.{copy}"
)


class Reset:
    """Keeps a copy of all rows and puts it back.

    Args:
        connection: an autocommit connection that may set session_replication_role.
        catalogue: the tables and sequences to keep; their rows are copied now.

    Attributes:
        size: how many rows that are.
    """

    def __init__(self, connection: Connection[TupleRow], catalogue: Catalogue) -> None:
        self._connection = connection
        self.size = 0
        self._tables = {stored.table.name: stored for stored in catalogue.tables.values()}
        self._copies = {name: sql.Identifier(f"seed_{number}") for number, name in enumerate(self._tables)}
        for name, stored in self._tables.items():
            copied = connection.execute(sql.SQL(_COPY).format(copy=self._copies[name], table=stored.identifier))
            self.size += max(copied.rowcount, 0)
        self._restart = _restart(catalogue.sequences)
        self._texts: dict[frozenset[str], bytes] = {}
        self._count = 0
        self._vacuum(self._tables.values())

    def rows(self) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """The seed's rows by table, as the audit would write them."""
        return {
            name: tuple(
                read_row(row[0])
                for row in self._connection.execute(
                    sql.SQL("SELECT to_jsonb(t)::text FROM ONLY {table} AS t").format(table=stored.identifier)
                )
            )
            for name, stored in self._tables.items()
        }

    def anew(self) -> None:
        """Put back every table's rows into an empty file, one after the other, and every sequence."""
        names = [stored.identifier for stored in self._tables.values()]
        clear = [sql.SQL("TRUNCATE ") + sql.SQL(", ").join(names)] if names else []
        self._connection.execute(self._text(frozenset(self._tables), clear).as_bytes(self._connection))
        self._vacuum(self._tables.values())

    def __call__(self, written: Iterable[str]) -> None:
        """Put back the rows of the tables that have been written, and every sequence."""
        tables = frozenset(written)
        if tables not in self._texts:
            self._texts[tables] = self._text(tables).as_bytes(self._connection)
        self._connection.execute(self._texts[tables])
        self._count += 1
        if self._count % VACUUM_EVERY == 0:
            self._vacuum(self._tables.values())

    def _text(self, tables: frozenset[str], first: Iterable[sql.Composable] = ()) -> sql.Composable:
        restore = [
            sql.SQL(_RESTORE).format(
                table=self._tables[name].identifier,
                columns=sql.SQL(", ").join(map(sql.Identifier, self._tables[name].writable)),
                copy=self._copies[name],
            )
            for name in sorted(tables)
        ]
        begin = sql.SQL("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL session_replication_role = replica")
        clear = sql.SQL("DELETE FROM rowrace.audit")
        return sql.SQL("; ").join([begin, *first, *restore, clear, *self._restart, sql.SQL("COMMIT")])

    def _vacuum(self, tables: Iterable[Stored]) -> None:
        names = [stored.identifier for stored in tables] + [sql.Identifier("rowrace", "audit")]
        self._connection.execute(sql.SQL("VACUUM ") + sql.SQL(", ").join(names))


def _restart(sequences: tuple[Sequence, ...]) -> list[sql.Composable]:
    """Start each sequence anew, in a range of its own, so that a generated id is known wherever it turns up.

    setval is not undone by a rollback, and what the cases draw is put back here.
    """
    calls = [
        sql.SQL("pg_catalog.setval({name}, {value}, false)").format(
            name=sql.Literal(sequence.identifier.as_string(None)), value=sql.Literal(sequence.start)
        )
        for sequence in sequences
    ]
    return [sql.SQL("SELECT ") + sql.SQL(", ").join(calls)] if calls else []
