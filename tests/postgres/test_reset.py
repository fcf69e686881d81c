from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from fuzz.postgres import Scratch
from fuzz.postgres.audit import install_audit
from fuzz.postgres.catalogue import read_catalogue
from fuzz.postgres.reset import VACUUM_EVERY, Reset

Connection = psycopg.Connection[TupleRow]
LayOut = Callable[[str], Reset]

ITEMS = """
CREATE TABLE boxes (id integer PRIMARY KEY);
CREATE TABLE items (id serial PRIMARY KEY, box integer REFERENCES boxes ON DELETE CASCADE, name text);
INSERT INTO boxes VALUES (1), (2);
INSERT INTO items (box, name) VALUES (1, 'a'), (1, 'b'), (2, 'c');
"""


@pytest.fixture
def database(scratch: Scratch) -> Iterator[Connection]:
    with scratch.connect() as connection:
        yield connection


@pytest.fixture
def lay_out(database: Connection, scratch: Scratch) -> Iterator[LayOut]:
    with scratch.connect() as control:

        def lay_out_one(schema: str) -> Reset:
            database.execute(schema.encode())
            catalogue = read_catalogue(control)
            install_audit(control, catalogue)
            reset = Reset(control, catalogue)
            reset()
            return reset

        yield lay_out_one


def rows(database: Connection, query: str) -> list[Any]:
    return database.execute(query.encode()).fetchall()


def written(database: Connection) -> list[Any]:
    return rows(database, "SELECT DISTINCT relation::regclass::text FROM rowrace.audit")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM boxes",
        "UPDATE items SET name = 'z'",
        "TRUNCATE boxes CASCADE",
        "UPDATE items SET id = id + 100",
        "INSERT INTO items (box, name) VALUES (2, 'd')",
        "INSERT INTO boxes VALUES (3); UPDATE items SET box = 3; DELETE FROM boxes WHERE id < 3",
    ],
)
def test_the_rows_of_the_seed_come_back(database: Connection, lay_out: LayOut, change: str) -> None:
    reset = lay_out(ITEMS)
    query = "SELECT i.*, b.* FROM items i FULL JOIN boxes b ON b.id = i.box ORDER BY i.id, b.id"
    before = rows(database, query)
    for _ in range(2):
        database.execute(change.encode())
        assert rows(database, query) != before
        reset()
        assert rows(database, query) == before
        assert written(database) == []


def test_tables_made_anew_have_their_rows_where_they_were_at_first(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out(ITEMS)
    places = "SELECT id, ctid::text FROM items"
    reset.anew()
    first = rows(database, places)
    for _ in range(3):
        database.execute("UPDATE items SET name = name || 'z'")
        reset()
    assert rows(database, places) != first
    reset.anew()
    assert rows(database, places) == first
    assert written(database) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET name = name || 'z'",
        "DELETE FROM boxes",
        "INSERT INTO items (box, name) SELECT 1, n FROM generate_series(1, 2000) AS n; DELETE FROM items",
        "INSERT INTO items (id, box, name) VALUES (9, 1, 'd'); DELETE FROM items WHERE id = 9",
        "BEGIN; UPDATE items SET name = name || 'z'; DELETE FROM boxes; ROLLBACK",
        "BEGIN; INSERT INTO items (box, name) SELECT 1, n FROM generate_series(1, 2000) AS n; ROLLBACK",
        "INSERT INTO boxes VALUES (9); BEGIN; INSERT INTO items (box, name) VALUES (1, 'd'); ROLLBACK",
    ],
)
def test_and_again_without_new_files_unless_an_index_has_grown(
    database: Connection, lay_out: LayOut, change: str
) -> None:
    reset = lay_out(ITEMS)
    told = (
        "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname ~ '^(items|boxes)' ORDER BY 1",
        "SELECT relname, relpages, reltuples FROM pg_class WHERE relname IN ('boxes', 'items') ORDER BY 1",
        "SELECT id, box, name, ctid::text FROM items",
        "SELECT id, ctid::text FROM boxes",
    )
    files = "SELECT pg_relation_filenode('items')"
    reset.anew()
    first, file = [rows(database, query) for query in told], rows(database, files)
    for _ in range(3):
        database.execute(change.encode())
        reset.anew()
        assert [rows(database, query) for query in told] == first
        assert written(database) == []
    assert (rows(database, files) == file) == ("2000" not in change)


def test_they_are_in_new_files_where_somebody_may_still_see_the_rows_of_the_old(
    database: Connection, lay_out: LayOut, scratch: Scratch
) -> None:
    reset = lay_out(ITEMS)
    places = "SELECT id, ctid::text FROM items"
    reset.anew()
    first = rows(database, places)
    database.execute("UPDATE items SET name = name || 'z'")
    with scratch.connect() as other:
        other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        reset.anew()
        assert rows(database, places) == first


def test_the_server_puts_rows_back_while_one_goes_on(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out(ITEMS)
    query, places = "SELECT name FROM items ORDER BY id", "SELECT id, ctid::text FROM items"
    for _ in range(2):
        database.execute("DELETE FROM items")
        with database.transaction():
            database.execute("LOCK TABLE items")
            reset.begin()
            reset.begin()
            assert rows(database, query) == []
        reset()
        assert rows(database, query) == [("a",), ("b",), ("c",)]
    reset.anew()
    first = rows(database, places)
    database.execute("DELETE FROM items")
    reset.begin()
    reset.anew()
    assert rows(database, places) == first


def test_tables_that_were_not_written_are_left_alone(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out(ITEMS)
    place = rows(database, "SELECT ctid::text FROM boxes")
    database.execute("UPDATE items SET name = 'z'")
    assert written(database) == [("items",)]
    reset()
    assert rows(database, "SELECT ctid::text FROM boxes") == place


def test_sequences_come_back_even_what_a_rollback_had_drawn(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out(ITEMS)
    drawn = []
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            database.execute("INSERT INTO items (name) SELECT (1 / 0)::text WHERE nextval('items_id_seq') > 0")
        drawn.append(rows(database, "INSERT INTO items (name) VALUES ('x') RETURNING id"))
        reset()
    assert drawn[0] == drawn[1]


def test_each_sequence_starts_in_a_range_of_its_own(database: Connection, lay_out: LayOut) -> None:
    lay_out("CREATE SEQUENCE one; CREATE SEQUENCE two; CREATE TABLE small (id smallserial)")
    drawn = [rows(database, f"SELECT nextval('{name}')")[0][0] for name in ("one", "two", "small_id_seq")]
    assert len({number // 100 for number in drawn}) == 3
    assert all(0 < number < 2**15 for number in drawn[2:])


def test_a_sequence_starts_within_its_own_bounds(database: Connection, lay_out: LayOut) -> None:
    lay_out("""
        CREATE SEQUENCE high MINVALUE 5000000000; CREATE SEQUENCE higher MINVALUE 5000000000;
        CREATE SEQUENCE narrow MINVALUE 900 MAXVALUE 1000; CREATE SEQUENCE downwards INCREMENT -1;
        CREATE SEQUENCE usual;
    """)
    names = ("high", "higher", "narrow", "downwards", "usual")
    drawn = {name: rows(database, f"SELECT nextval('{name}')")[0][0] for name in names}
    assert drawn["high"] > 5_000_000_000
    assert drawn["higher"] > 5_000_000_000
    assert drawn["high"] // 100 != drawn["higher"] // 100
    assert (drawn["narrow"], drawn["downwards"]) == (1000, -1)
    assert drawn["usual"] == 5_618_000


def test_columns_that_an_index_only_includes_are_no_part_of_a_primary_key(database: Connection) -> None:
    database.execute("""
        CREATE TABLE bare (b integer, a integer, PRIMARY KEY (a, b));
        CREATE TABLE covering (name text, b integer, a integer, PRIMARY KEY (a, b) INCLUDE (name));
    """)
    tables = {stored.table.name: stored.table for stored in read_catalogue(database).tables.values()}
    assert tables["covering"].key == ("a", "b")
    assert tables["bare"].key == ("a", "b")


def test_identity_and_generated_columns_come_back_as_they_were(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("""
        CREATE TABLE things (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, width integer,
            doubled integer GENERATED ALWAYS AS (2 * width) STORED
        );
        INSERT INTO things (width) VALUES (4), (5);
    """)
    before = rows(database, "SELECT * FROM things ORDER BY id")
    database.execute("UPDATE things SET width = 0; INSERT INTO things (width) VALUES (6)")
    reset()
    assert rows(database, "SELECT * FROM things ORDER BY id") == before == [(1, 4, 8), (2, 5, 10)]


def test_triggers_and_deferred_constraints_of_the_target_do_not_fire(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("""
        CREATE TABLE fired (what text);
        CREATE TABLE parts (id integer PRIMARY KEY, whole integer REFERENCES parts DEFERRABLE INITIALLY DEFERRED);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO fired VALUES (TG_OP); RETURN NULL; END $$;
        INSERT INTO parts VALUES (1, 2), (2, 1);
        CREATE TRIGGER noting AFTER INSERT OR UPDATE OR DELETE ON parts FOR EACH ROW EXECUTE FUNCTION note();
        CREATE CONSTRAINT TRIGGER later AFTER INSERT OR DELETE ON parts DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION note();
    """)
    database.execute("DELETE FROM parts")
    assert len(rows(database, "SELECT * FROM fired")) == 4
    reset()
    assert rows(database, "SELECT * FROM parts ORDER BY id") == [(1, 2), (2, 1)]
    assert rows(database, "SELECT * FROM fired") == []


def test_a_table_without_a_key_keeps_its_duplicates(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("CREATE TABLE lines (text text); INSERT INTO lines VALUES ('a'), ('a'), (NULL)")
    database.execute("DELETE FROM lines")
    reset()
    assert rows(database, "SELECT text, count(*) FROM lines GROUP BY 1 ORDER BY 1") == [("a", 2), (None, 1)]


def test_a_partitioned_table_comes_back(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("""
        CREATE TABLE parts (id integer, PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10);
        CREATE TABLE high PARTITION OF parts FOR VALUES FROM (10) TO (20);
        INSERT INTO parts VALUES (1), (11);
    """)
    for change in ("UPDATE parts SET id = 12 WHERE id = 1", "TRUNCATE parts", "DELETE FROM low"):
        database.execute(change.encode())
        reset()
        assert rows(database, "SELECT tableoid::regclass::text, id FROM parts ORDER BY 2") == [("low", 1), ("high", 11)]


def test_a_table_that_others_inherit_from_gets_its_own_rows_back_only(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("""
        CREATE TABLE animals (name text);
        CREATE TABLE cats () INHERITS (animals);
        INSERT INTO animals VALUES ('hen');
        INSERT INTO cats VALUES ('tom');
    """)
    assert reset.rows() == {"animals": ({"name": "hen"},), "cats": ({"name": "tom"},)}
    database.execute("DELETE FROM animals")
    reset()
    assert rows(database, "SELECT tableoid::regclass::text, name FROM animals") == [("animals", "hen"), ("cats", "tom")]


def test_names_that_need_quotes_and_other_schemas_come_back(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("""
        CREATE SCHEMA "the shop";
        CREATE TABLE "the shop"."order" ("group" serial PRIMARY KEY, "a %s" text);
        INSERT INTO "the shop"."order" ("a %s") VALUES ('x');
    """)
    database.execute('DELETE FROM "the shop"."order"')
    assert written(database) == [('"the shop"."order"',)]
    reset()
    assert rows(database, 'SELECT * FROM "the shop"."order"') == [(1, "x")]


def test_rows_still_come_back_after_the_tables_were_vacuumed(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out(ITEMS)
    for _ in range(VACUUM_EVERY + 1):
        database.execute("UPDATE items SET name = 'z'")
        reset()
    assert rows(database, "SELECT name FROM items ORDER BY id") == [("a",), ("b",), ("c",)]


def test_columns_that_are_named_as_variables_of_functions_come_back(database: Connection, lay_out: LayOut) -> None:
    reset = lay_out("CREATE TABLE losses (found boolean, body text); INSERT INTO losses VALUES (true, '$$;')")
    database.execute("UPDATE losses SET found = false")
    reset()
    assert rows(database, "SELECT * FROM losses") == [(True, "$$;")]


@pytest.mark.parametrize("name", ["t", "whole", "own", "losses"])
def test_a_column_that_is_named_as_its_table_might_be_in_a_query_hides_no_other(
    database: Connection, lay_out: LayOut, name: str
) -> None:
    reset = lay_out(f"CREATE TABLE losses (id integer, {name} text); INSERT INTO losses VALUES (1, 'a')")
    assert reset.rows() == {"losses": ({"id": 1, name: "a"},)}
    database.execute("TRUNCATE losses")
    assert rows(database, "SELECT before FROM rowrace.audit") == [({"id": 1, name: "a"},)]
    reset()
    assert rows(database, "SELECT * FROM losses") == [(1, "a")]


def test_a_column_that_an_operation_has_added_does_not_keep_the_rows_from_coming_back(
    database: Connection, lay_out: LayOut
) -> None:
    reset = lay_out(ITEMS)
    for number in range(2):
        database.execute(f"ALTER TABLE items ADD extra_{number} integer; UPDATE items SET extra_{number} = 1".encode())
        reset()
        assert rows(database, f"SELECT count(*), count(extra_{number}) FROM items") == [(3, 0)]


def test_a_database_without_tables_can_be_reset(lay_out: LayOut) -> None:
    reset = lay_out("")
    reset()
    assert reset.rows() == {}
