"""Whether the schema is still what it was: where a statement's text does not tell, the server must be asked."""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import TupleRow

from fuzz.postgres.prepared import Prepared

_SCHEMA = """
WITH lasting AS MATERIALIZED (
  SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
), relation AS MATERIALIZED (
  SELECT oid FROM pg_class WHERE oid >= 16384 AND relnamespace IN (SELECT oid FROM lasting)
), found (kind, oid, version) AS (
            SELECT 1, oid, '' FROM lasting
  UNION ALL SELECT 2, oid, concat_ws(' ', relnamespace, relname) FROM pg_class JOIN relation USING (oid)
  UNION ALL SELECT 3, attrelid, concat_ws(' ', attnum, a.xmin) FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid
  UNION ALL SELECT 4, t.oid, t.xmin::text FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
  UNION ALL SELECT 5, w.oid, w.xmin::text FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
  UNION ALL SELECT 6, oid, xmin::text FROM pg_constraint
             WHERE oid >= 16384 AND connamespace IN (SELECT oid FROM lasting)
  UNION ALL SELECT 7, oid, xmin::text FROM pg_type WHERE oid >= 16384 AND typnamespace IN (SELECT oid FROM lasting)
  UNION ALL SELECT 8, oid, xmin::text FROM pg_proc WHERE oid >= 16384 AND pronamespace IN (SELECT oid FROM lasting)
  UNION ALL SELECT 9, oid, xmin::text FROM pg_enum
)
SELECT sum(hashtextextended(concat_ws(' ', kind, oid, version), 0)) FROM found
"""
"""A number for all that is no temporary table's. 16384 is the first object id that is not PostgreSQL's own.

What is changed is another version of its row, by another transaction (xmin). Not so tables themselves: TRUNCATE and
VACUUM change their rows, too, and rowrace does both.
"""


class Schema:
    """Remembers a schema as it is now.

    Args:
        connection: an autocommit connection.
    """

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._now = Prepared(connection, "rowrace_schema", _SCHEMA)
        self._first = self._now()

    def has_changed(self) -> bool:
        """Whether it is another now; it takes the server a millisecond where there are a hundred tables."""
        return self._now() != self._first
