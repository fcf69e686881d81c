"""What the scratch database holds: its tables with their keys, and its sequences, read from the system catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from fuzz.history import Reference, Table
from fuzz.postgres.sequences import Sequence, read_sequences
from fuzz.statements import COMPARABLE

OWN_SCHEMA = "rowrace"
"""The schema of the scratch database in which rowrace keeps its own tables and functions."""

_TABLES = """
SELECT c.oid, n.nspname, c.relname,
       array_agg(a.attname::text ORDER BY a.attnum),
       array_agg(a.attnum ORDER BY a.attnum),
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
       coalesce((SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int2[], k.attnum))
                   FROM pg_index i JOIN pg_attribute k
                     ON k.attrelid = c.oid AND k.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                  WHERE i.indrelid = c.oid AND i.indisprimary), '{}'),
       c.relhasrules OR EXISTS (SELECT FROM pg_trigger t
                                 WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgname !~ '^zz_rowrace_'),
       array_agg(a.attname::text) FILTER (
         WHERE NOT (y.typtype = 'e' OR y.typname = ANY (%s)) OR NOT coalesce(o.collisdeterministic, true)
            OR a.attgenerated = 'v'
       ),
       EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid),
       EXISTS (SELECT FROM pg_constraint d WHERE d.condeferrable AND c.oid IN (d.conrelid, d.confrelid)),
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisexclusion OR i.indisunique AND (
         i.indexprs IS NOT NULL OR to_jsonb(i) @> '{"indnullsnotdistinct": true}'
       ))),
       array_agg(a.attname::text) FILTER (
         WHERE a.attidentity <> '' OR pg_get_expr(f.adbin, f.adrelid) LIKE '%%nextval(%%' OR EXISTS (
           SELECT FROM pg_depend d WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                                     AND d.refclassid = 'pg_proc'::regclass)
       )
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type y ON y.oid = a.atttypid
  LEFT JOIN pg_collation o ON o.oid = a.attcollation
  LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
 WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', %s) AND n.nspname !~ '^pg_(toast|temp)'
 GROUP BY c.oid, n.nspname, c.relname
 ORDER BY n.nspname, c.relname
"""

_UNIQUE = """
SELECT i.indrelid, array_agg(k.attname::text ORDER BY array_position(i.indkey::int2[], k.attnum))
  FROM pg_index i
  JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
 WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid = ANY (%s)
 GROUP BY i.indexrelid, i.indrelid
HAVING count(*) = max(i.indnkeyatts)
 ORDER BY i.indrelid, i.indexrelid
"""
"""Unique indexes on plain columns, partial ones among them: where its condition fails, one only seems to be read."""

_REFERENCES = """
SELECT f.conrelid, p.nspname, c.relname,
       (SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(f.conkey) WITH ORDINALITY AS n (number, place)
          JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = n.number),
       (SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(f.confkey) WITH ORDINALITY AS n (number, place)
          JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = n.number)
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.confrelid JOIN pg_namespace p ON p.oid = c.relnamespace
 WHERE f.contype = 'f' AND f.conrelid = ANY (%s)
 ORDER BY f.conrelid, f.oid
"""

_ROUTINES = r"""
SELECT n.nspname, p.proname,
       CASE WHEN l.lanname IN ('c', 'internal') THEN false
            WHEN l.lanname IN ('sql', 'plpgsql') THEN p.prosrc ~* '\m(alter|create|drop|execute|import)\M'
            ELSE true END
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', %s)
"""
"""The functions, and whether what they do may change the schema; those that are written in C are an extension's."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A table as it is stored: what SQL about it needs, beside what a history says of it."""

    table: Table
    identifier: sql.Identifier
    attributes: Mapping[int, str]
    writable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The target's tables by object id, its sequences, and the names of its functions with and without their schema.

    Attributes:
        named: the tables by name; one mapping for all histories, by whose identity it is known which schema is theirs.
        routines_define: whether one of the functions may change the schema.
    """

    tables: Mapping[int, Stored]
    named: Mapping[str, Table]
    sequences: tuple[Sequence, ...]
    routines: frozenset[str]
    routines_define: bool = False

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The numbers that are known to come from a sequence, [low, high) for each."""
        return tuple(sequence.room for sequence in self.sequences if sequence.is_telling)

    def origin(self, table: int, attribute: int) -> tuple[str | None, str | None]:
        """The names of a table and its column by their numbers, as libpq gives them for a result's column."""
        stored = self.tables.get(table)
        return (stored.table.name, stored.attributes.get(attribute)) if stored else (None, None)


def read_catalogue(connection: Connection[TupleRow]) -> Catalogue:
    """Read the tables and sequences of the database that a connection is to."""
    found = connection.execute(_TABLES, [sorted(COMPARABLE), OWN_SCHEMA]).fetchall()
    names = {oid: _name(schema, name) for oid, schema, name, *_ in found}
    known = frozenset(names.values())
    unique = _unique(connection, list(names))
    references = _references(connection, list(names))
    tables = {row[0]: _stored(row, unique.get(row[0], ()), references.get(row[0], ()), known) for row in found}
    routines = connection.execute(_ROUTINES, [OWN_SCHEMA]).fetchall()
    sequences = read_sequences(connection, OWN_SCHEMA)
    return Catalogue(
        tables,
        {stored.table.name: stored.table for stored in tables.values()},
        sequences,
        frozenset(name for schema, own, _ in routines for name in (own, f"{schema}.{own}")),
        any(defines for _, _, defines in routines),
    )


def _stored(
    row: TupleRow, unique: tuple[tuple[str, ...], ...], references: tuple[Reference, ...], known: Collection[str]
) -> Stored:
    """A table, by its row of `_TABLES`."""
    _, schema, name, columns, numbers, writable, key, *others = row
    has_triggers, incomparable, has_heirs, defers, rivals_unknown, drawing = others
    return Stored(
        Table(
            _name(schema, name),
            tuple(key),
            tuple(columns),
            unique,
            references,
            bool(has_triggers or any(reference.table not in known for reference in references)),
            frozenset(incomparable or ()),
            bool(has_heirs),
            bool(defers),
            bool(rivals_unknown),
            frozenset(drawing or ()),
        ),
        sql.Identifier(schema, name),
        dict(zip(numbers, columns, strict=True)),
        tuple(writable or ()),
    )


def _name(schema: str, table: str) -> str:
    return table if schema == "public" else f"{schema}.{table}"


def _unique(connection: Connection[TupleRow], oids: list[int]) -> dict[int, tuple[tuple[str, ...], ...]]:
    found: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
    for table, columns in connection.execute(_UNIQUE, [oids]):
        found[table].append(tuple(columns))
    return {table: tuple(columns) for table, columns in found.items()}


def _references(connection: Connection[TupleRow], oids: list[int]) -> dict[int, tuple[Reference, ...]]:
    found: defaultdict[int, list[Reference]] = defaultdict(list)
    for table, schema, parent, columns, keys in connection.execute(_REFERENCES, [oids]):
        found[table].append(Reference(tuple(columns), _name(schema, parent), tuple(keys)))
    return {table: tuple(references) for table, references in found.items()}
