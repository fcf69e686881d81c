from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from fuzz.history import Reference, Table
from fuzz.postgres import Scratch
from fuzz.postgres.audit import Audit, install_audit
from fuzz.postgres.catalogue import read_catalogue

Connection = psycopg.Connection[TupleRow]

SCHEMA = """
CREATE TABLE boxes (id integer PRIMARY KEY, size integer);
CREATE TABLE items (id integer PRIMARY KEY, box integer REFERENCES boxes ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE pairs (b integer, a integer, note text, PRIMARY KEY (a, b));
CREATE SCHEMA shop;
CREATE TABLE shop.boxes (id integer PRIMARY KEY);
CREATE TABLE lines (line text);
INSERT INTO boxes VALUES (1, 5);
INSERT INTO items VALUES (7, 1);
INSERT INTO pairs VALUES (2, 1, 'x');
"""
Writes = list[tuple[str, Any, Any]]


@pytest.fixture
def open_connection(scratch: Scratch) -> Iterator[Callable[[], Connection]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(scratch.connect())


@pytest.fixture
def audit(open_connection: Callable[[], Connection]) -> Audit:
    control = open_connection()
    control.execute(SCHEMA)
    catalogue = read_catalogue(control)
    install_audit(control, catalogue)
    return Audit(control, catalogue)


def committed(audit: Audit, connection: Connection) -> Writes:
    audit.ask(connection.info.backend_pid)
    return [(write.table, write.before, write.after) for write in audit.told()]


WRITES: dict[str, Writes] = {
    "INSERT INTO boxes VALUES (2, 6)": [("boxes", None, {"id": 2, "size": 6})],
    "UPDATE boxes SET size = 6": [("boxes", {"id": 1, "size": 5}, {"id": 1, "size": 6})],
    "UPDATE boxes SET size = 5": [("boxes", {"id": 1, "size": 5}, {"id": 1, "size": 5})],
    "UPDATE boxes SET size = 6 WHERE id = 9": [],
    "DELETE FROM items": [("items", {"id": 7, "box": 1}, None)],
    "DELETE FROM boxes": [("items", {"id": 7, "box": 1}, None), ("boxes", {"id": 1, "size": 5}, None)],
    "UPDATE boxes SET id = 3": [
        ("items", {"id": 7, "box": 1}, {"id": 7, "box": 3}),
        ("boxes", {"id": 1, "size": 5}, {"id": 3, "size": 5}),
    ],
    "TRUNCATE items": [("items", {"id": 7, "box": 1}, None)],
    "TRUNCATE boxes CASCADE": [("boxes", {"id": 1, "size": 5}, None), ("items", {"id": 7, "box": 1}, None)],
    "UPDATE pairs SET note = 'y'": [("pairs", {"b": 2, "a": 1, "note": "x"}, {"b": 2, "a": 1, "note": "y"})],
    "INSERT INTO shop.boxes VALUES (1)": [("shop.boxes", None, {"id": 1})],
    "INSERT INTO lines VALUES (NULL)": [("lines", None, {"line": None})],
    "INSERT INTO boxes VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET size = excluded.size": [
        ("boxes", {"id": 1, "size": 5}, {"id": 1, "size": 9})
    ],
}


@pytest.mark.parametrize(("statement", "writes"), WRITES.items())
def test_every_row_that_a_statement_changed_is_told(
    audit: Audit, open_connection: Callable[[], Connection], statement: str, writes: Writes
) -> None:
    connection = open_connection()
    connection.execute(statement.encode())
    assert sorted(committed(audit, connection), key=repr) == sorted(writes, key=repr)
    assert committed(audit, connection) == []


def test_nothing_is_told_before_the_commit_or_after_a_rollback(
    audit: Audit, open_connection: Callable[[], Connection]
) -> None:
    connection = open_connection()
    connection.execute("BEGIN; UPDATE boxes SET size = 6")
    assert committed(audit, connection) == []
    connection.execute("SAVEPOINT s; UPDATE boxes SET size = 7; ROLLBACK TO s; COMMIT")
    assert committed(audit, connection) == [("boxes", {"id": 1, "size": 5}, {"id": 1, "size": 6})]
    connection.execute("BEGIN; UPDATE boxes SET size = 8; ROLLBACK")
    assert committed(audit, connection) == []


def test_the_writes_of_transactions_in_between_each_other_are_told_apart(
    audit: Audit, open_connection: Callable[[], Connection]
) -> None:
    one, other = open_connection(), open_connection()
    one.execute("BEGIN; INSERT INTO boxes VALUES (2, 0)")
    other.execute("BEGIN; INSERT INTO boxes VALUES (3, 0)")
    one.execute("INSERT INTO boxes VALUES (4, 0)")
    other.execute("COMMIT")
    assert [after["id"] for _, _, after in committed(audit, other)] == [3]
    one.execute("COMMIT")
    assert [after["id"] for _, _, after in committed(audit, one)] == [2, 4]


def test_the_audit_adds_no_conflict_at_serializable(audit: Audit, open_connection: Callable[[], Connection]) -> None:
    one, other = open_connection(), open_connection()
    for connection, box in ((one, 2), (other, 3)):
        connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
        connection.execute("INSERT INTO boxes VALUES (%s, 0)", [box])
    for connection in (one, other):
        connection.execute("COMMIT")
        assert len(committed(audit, connection)) == 1


def test_the_catalogue_tells_keys_in_their_order_and_names_by_schema(
    audit: Audit, open_connection: Callable[[], Connection]
) -> None:
    tables = {stored.table.name: stored.table for stored in read_catalogue(open_connection()).tables.values()}
    assert sorted(tables) == ["boxes", "items", "lines", "pairs", "shop.boxes"]
    assert tables["pairs"] == Table("pairs", ("a", "b"), ("b", "a", "note"))
    assert tables["lines"].key == ()


def test_the_catalogue_tells_unique_indexes_references_and_triggers(
    open_connection: Callable[[], Connection],
) -> None:
    connection = open_connection()
    connection.execute("CREATE TABLE parents (a int, b int, PRIMARY KEY (a, b))")
    connection.execute("CREATE TABLE children (id int PRIMARY KEY, y int, x int, name text UNIQUE, low text)")
    connection.execute("ALTER TABLE children ADD FOREIGN KEY (x, y) REFERENCES parents (a, b)")
    connection.execute("CREATE UNIQUE INDEX ON children (y, x) WHERE name IS NOT NULL")
    connection.execute("CREATE UNIQUE INDEX ON children (lower(low))")
    function = "suppress_redundant_updates_trigger()"
    connection.execute(f"CREATE TRIGGER t BEFORE UPDATE ON parents FOR EACH ROW EXECUTE FUNCTION {function}")
    tables = {stored.table.name: stored.table for stored in read_catalogue(connection).tables.values()}
    assert tables["children"].unique == (("name",), ("y", "x"))
    assert tables["children"].references == (Reference(("x", "y"), "parents", ("a", "b")),)
    assert not tables["children"].has_triggers
    assert tables["parents"].has_triggers


def test_changes_of_one_statement_are_told_from_those_of_the_next(
    audit: Audit, open_connection: Callable[[], Connection]
) -> None:
    connection = open_connection()
    connection.autocommit = False
    connection.execute("UPDATE boxes SET id = 3")  # and by a cascade, items
    connection.execute("UPDATE boxes SET size = 6 WHERE id = 9")
    connection.execute("INSERT INTO lines VALUES ('a'), ('b')")
    connection.commit()
    audit.ask(connection.info.backend_pid)
    statements = [(write.table, write.statement) for write in audit.told()]
    assert sorted(statements) == [("boxes", 1), ("items", 1), ("lines", 2), ("lines", 2)]
