"""Back to the seed's rows, in one round trip, before every case: while the last one is judged.

Measured against TRUNCATE, a database from a template and a schema made anew, DELETE and INSERT with foreign-key
triggers off is the fastest by an order of magnitude, the more so in functions, whose plans are kept: as long as
session_replication_role stays as it is, since to set it throws them away. It leaves dead rows, so the tables are
vacuumed now and then. What they leave behind shows in the order of rows that a query has not asked for an order of: new
rows go where there is room. Where that must not be, TRUNCATE, or VACUUM of what was emptied, makes the tables as they
are in a database of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from fuzz.postgres.audit import read_row
from fuzz.postgres.catalogue import Catalogue, Stored
from fuzz.postgres.prepared import Prepared
from fuzz.postgres.sequences import Sequence

VACUUM_EVERY = 100
"""Resets between two VACUUMs: without them, dead rows make one reset longer than the other."""

_COPY = "CREATE UNLOGGED TABLE rowrace.{copy} AS TABLE ONLY {table}"
_RESTORE = (
    "DELETE FROM ONLY {table}; "
    "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM rowrace.{copy}"
)
_FUNCTION = "CREATE FUNCTION rowrace.{name}() RETURNS void LANGUAGE plpgsql AS {body}"
_BODY = "#variable_conflict use_column\nBEGIN {statements}; END"
"""A column may be called `found`, as a variable of plpgsql is."""

_WRITTEN = "SELECT DISTINCT relation FROM rowrace.audit"
_OF_WRITTEN = f"DECLARE written oid[] := ARRAY({_WRITTEN}); BEGIN {{statements}}; END"
_ONE = "IF {oid} = ANY (written) THEN PERFORM rowrace.{copy}(); END IF"

_SIZES = """
SELECT pg_relation_size(name::regclass), ARRAY(
         SELECT concat_ws(' ', greatest(pg_relation_size(indexrelid), 2 * current_setting('block_size')::integer),
                          CASE WHEN indpred IS NOT NULL THEN reltuples END)
           FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
          WHERE indrelid = name::regclass ORDER BY indexrelid)
  FROM unnest(%s::text[]) WITH ORDINALITY AS asked (name, place) ORDER BY place
"""
"""An index that has never had an entry is a page smaller than one that is empty again."""

_SETTINGS = "SET default_transaction_isolation = 'read committed'; SET session_replication_role = replica"

_REST = "rest"
"""The function that empties the audit and restarts the sequences."""

_PUT_BACK = "put_back"
"""The function that puts the rows back of whatever table has been written, and does the rest."""


class Reset:
    """Keeps a copy of all rows and puts it back.

    Args:
        connection: an autocommit connection that may set session_replication_role; it fires no triggers any more.
        catalogue: the tables, which are audited, and the sequences to keep; their rows are copied now.

    Attributes:
        size: how many rows that are.
    """

    def __init__(self, connection: Connection[TupleRow], catalogue: Catalogue) -> None:
        self._connection = connection
        self.size = 0
        self._tables: Mapping[str, Stored] = {stored.table.name: stored for stored in catalogue.tables.values()}
        self._names = {oid: stored.table.name for oid, stored in catalogue.tables.items()}
        self._copies = {name: f"seed_{number}" for number, name in enumerate(self._tables)}
        for name, stored in self._tables.items():
            copy = sql.Identifier(self._copies[name])
            copied = connection.execute(sql.SQL(_COPY).format(copy=copy, table=stored.identifier))
            self.size += max(copied.rowcount, 0)
            self._define(self._copies[name], _BODY, [_restoring(stored, copy)])
        self._define(_REST, _BODY, [sql.SQL("DELETE FROM rowrace.audit"), *_restart(catalogue.sequences)])
        self._define(_PUT_BACK, _OF_WRITTEN, [*self._of_written(), sql.SQL(f"PERFORM rowrace.{_REST}()")])
        connection.execute(_SETTINGS)
        self._written = Prepared(connection, "rowrace_written", _WRITTEN)
        self._put_back = Prepared(connection, "rowrace_put_back", f"SELECT rowrace.{_PUT_BACK}()")
        self._has_begun = False
        self._count = 0
        self._sizes: Mapping[str, tuple[Any, ...]] = {}
        self._vacuum(self._tables)

    def rows(self) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """The seed's rows by table, as the audit would write them."""
        return {
            name: tuple(
                read_row(row[0])
                for row in self._connection.execute(
                    sql.SQL("SELECT to_jsonb(whole.*)::text FROM ONLY {table} AS whole").format(table=stored.identifier)
                )
            )
            for name, stored in self._tables.items()
        }

    def anew(self) -> None:
        """Put back every table's rows into an empty file, one after the other, and every sequence."""
        if self._has_begun:
            self()
        if not self._sizes or not self._cut_off(self._written_now()):
            self._execute("TRUNCATE {}", self._tables)
            self._fill(self._tables)
            self._sizes = self._sizes_now()

    def begin(self) -> None:
        """Have the server put back the rows of the tables that have been written, and every sequence.

        One goes on meanwhile, and asks nothing by the connection before the reset itself is called, or `anew`.
        """
        if not self._has_begun:
            self._sizes = {}
            self._put_back.send()
            self._has_begun = True

    def __call__(self) -> None:
        """Put them back, whoever has written them; where the server has begun to, wait until it has, and no more."""
        self.begin()
        self._has_begun = False
        self._put_back.rows()
        self._count += 1
        if self._count % VACUUM_EVERY == 0:
            self._vacuum(self._tables)

    def _written_now(self) -> Collection[str]:
        """The tables of which rows have been committed since the last reset."""
        return sorted(self._names[int(relation)] for (relation,) in self._written() if relation is not None)

    def _of_written(self) -> Iterator[sql.Composable]:
        """For each table, by name, what puts back its rows if it is among those written."""
        for oid, name in sorted(self._names.items(), key=lambda each: each[1]):
            yield sql.SQL(_ONE).format(oid=oid, copy=sql.Identifier(self._copies[name]))

    def _cut_off(self, written: Collection[str]) -> bool:
        """As TRUNCATE, and sooner done, where all was new before; whether it is so again.

        VACUUM takes out what was rolled back, and cuts off a file where it ends in empty pages. It cannot take out what
        somebody may still see, and does not make an index smaller that has grown.
        """
        for name in written:
            self._execute("DELETE FROM ONLY {}", [name])
        self._vacuum(self._tables)
        sizes = self._sizes_now()
        self._fill(written)
        return not any(sizes[name][0] for name in written) and self._sizes_now() == self._sizes

    def _fill(self, tables: Collection[str]) -> None:
        """Put rows into empty tables, and let the planner know how many there are."""
        self._connection.execute(self._calls(tables))
        self._vacuum(tables)

    def _sizes_now(self) -> Mapping[str, tuple[Any, ...]]:
        """Bytes of each table and each of its indexes, and how many rows the planner thinks that a partial one has."""
        names = [stored.identifier.as_string(self._connection) for stored in self._tables.values()]
        rows = self._connection.execute(_SIZES, [names]).fetchall()
        return dict(zip(self._tables, rows, strict=True))

    def _calls(self, tables: Iterable[str]) -> bytes:
        """The text of a query that puts some tables' rows back, and the rest: all in one transaction."""
        return "; ".join(
            f"SELECT rowrace.{name}()" for name in (*map(self._copies.__getitem__, tables), _REST)
        ).encode()

    def _define(self, name: str, template: LiteralString, statements: Iterable[sql.Composable]) -> None:
        every = sql.SQL("; ").join(statements)
        body = sql.SQL(template).format(statements=every).as_string(self._connection)
        self._connection.execute(sql.SQL(_FUNCTION).format(name=sql.Identifier(name), body=sql.Literal(body)))

    def _vacuum(self, tables: Iterable[str]) -> None:
        names = [self._tables[name].identifier for name in tables] + [sql.Identifier("rowrace", "audit")]
        self._connection.execute(sql.SQL("VACUUM (INDEX_CLEANUP on, TRUNCATE on) ") + sql.SQL(", ").join(names))

    def _execute(self, statement: LiteralString, tables: Iterable[str]) -> None:
        """Execute a statement that names some tables, if there are any."""
        if names := [self._tables[name].identifier for name in tables]:
            self._connection.execute(sql.SQL(statement).format(sql.SQL(", ").join(names)))


def _restoring(stored: Stored, copy: sql.Identifier) -> sql.Composable:
    columns = sql.SQL(", ").join(map(sql.Identifier, stored.writable))
    return sql.SQL(_RESTORE).format(table=stored.identifier, columns=columns, copy=copy)


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
    return [sql.SQL("PERFORM ") + sql.SQL(", ").join(calls)] if calls else []
