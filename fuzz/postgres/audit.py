"""Rows written, exactly, and only once they are committed: a row trigger writes every change into an audit table.

Nobody but rowrace reads the audit table, and at READ COMMITTED, so it adds no conflict to the target's transactions at
any isolation level.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from fuzz.history import Write
from fuzz.postgres.catalogue import OWN_SCHEMA, Catalogue
from fuzz.postgres.prepared import Prepared

_INSTALL = """
CREATE SCHEMA rowrace;
CREATE UNLOGGED TABLE rowrace.audit (
    number bigint GENERATED ALWAYS AS IDENTITY, backend integer DEFAULT pg_backend_pid(),
    statement timestamptz DEFAULT statement_timestamp(), relation oid NOT NULL, before jsonb, after jsonb
);
CREATE INDEX ON rowrace.audit (backend, number);
CREATE FUNCTION rowrace.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO rowrace.audit (relation, before, after) VALUES (
        TG_RELID,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END $$;
CREATE FUNCTION rowrace.record_truncation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO rowrace.audit (relation, before) SELECT %s, to_jsonb(whole.*) FROM ONLY %s AS whole',
        TG_RELID, TG_RELID::regclass
    );
    RETURN NULL;
END $$;
"""

_WATCH = """
CREATE TRIGGER zz_rowrace_audit AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION rowrace.record();
CREATE TRIGGER zz_rowrace_truncation BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION rowrace.record_truncation();
ALTER TABLE {table} SET (autovacuum_enabled = off);
"""

_READ = """
SELECT number, dense_rank() OVER (ORDER BY statement), relation, before, after
  FROM rowrace.audit WHERE number > $1 AND backend = $2 ORDER BY number
"""


def install_audit(connection: Connection[TupleRow], catalogue: Catalogue) -> None:
    """Lay the audit table and its triggers on every table of the catalogue."""
    connection.execute(sql.SQL(_INSTALL))
    for stored in catalogue.tables.values():
        connection.execute(sql.SQL(_WATCH).format(table=stored.identifier))


def read_row(text: str) -> dict[str, Any]:
    """A row that PostgreSQL has written as JSON, numbers to their last digit."""
    row: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return row


class Audit:
    """Reads what has been committed since it was last asked.

    A backend's transactions follow each other, and so do the numbers of its rows: what it has committed is all that
    it has above the number that was read last. A statement's time is when the server got it: one for all that it,
    its triggers and its cascades change, and another for the next.
    """

    def __init__(self, connection: Connection[TupleRow], catalogue: Catalogue) -> None:
        self._tables = {oid: stored.table.name for oid, stored in catalogue.tables.items()}
        self._read = Prepared(connection, "rowrace_audit", _READ)
        self._last: dict[int, int] = {}
        self._backend = 0

    def ask(self, backend: int) -> None:
        """Ask for the writes of the transaction that a backend has just committed; `told` must be called next."""
        self._backend = backend
        self._read.send(self._last.get(backend, 0), backend)

    def told(self) -> tuple[Write, ...]:
        """The writes that were asked for."""
        backend, rows = self._backend, self._read.rows()
        if rows:
            self._last[backend] = int(rows[-1][0] or 0)
        return tuple(
            Write(
                self._tables[int(relation or 0)],
                None if before is None else read_row(before),
                None if after is None else read_row(after),
                int(statement or 0),
            )
            for _, statement, relation, before, after in rows
        )


assert OWN_SCHEMA == "rowrace", "the SQL above spells it out"
