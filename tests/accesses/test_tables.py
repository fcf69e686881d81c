"""Tables in several schemas, without a primary key, partitioned, inherited; behind views and functions."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch, Server
from fuzz.postgres.catalogue import read_catalogue
from tests.accesses.scenes import UPDATE_1, Scene, expected, played
from tests.targets_for_engine import Script

DOUBLES = (
    "CREATE TABLE doubles (id integer PRIMARY KEY, once integer, twice integer GENERATED ALWAYS AS (once * 2) VIRTUAL)"
)
POINTERS = """
CREATE TABLE parts (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE pointers (id integer PRIMARY KEY, part integer REFERENCES parts);
"""


class Virtual(Script):
    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(DOUBLES)

    def seed(self, session: Session) -> None:
        session.connection().exec_driver_sql("INSERT INTO doubles VALUES (1, 1)")


SCENES = {
    "a table of another schema": Scene(
        "BBAA", "SELECT id FROM other.boxes", "UPDATE other.boxes SET value = 0", ["3 other.boxes 1: B"]
    ),
    "a table of the same name in another schema is another one": Scene(
        "BBAA", "SELECT id FROM other.parents", (UPDATE_1, "SELECT 1"), []
    ),
    "a name without a schema may be that of a table which a search path leads to": Scene(
        "BBAA",
        "SELECT id FROM parents WHERE id = 1",
        "UPDATE other.parents SET value = 0",
        ["3 ?other.parents 1: B"],
    ),
    "a name that only a search path leads to may be anything": Scene(
        "BBAAA",
        ("SET LOCAL search_path = other", "SELECT value FROM boxes"),
        "UPDATE other.boxes SET value = 0",
        ["4 ?other.boxes 1: B"],
    ),
    "a view may read anything": Scene("BBAA", "SELECT id FROM rich WHERE id = 2", UPDATE_1, ["3 ?parents 1: B"]),
    "a view that is written writes its table": Scene(
        "BBAA",
        "UPDATE rich SET value = 99 WHERE id = 2",
        UPDATE_1,
        ["3 ?parents 1: B", "3 parents 2: seed > A"],
        ["3 parents 2"],
    ),
    "equal rows without a key are each one": Scene(
        "BBAA",
        "DELETE FROM lines WHERE word = 'a'",
        "INSERT INTO lines VALUES ('a', 1)",
        ["3 lines a,1: B > A", "3 lines a,1,(2): seed > A", "3 lines a,1,(3): seed > A"],
        ["3 lines a,1 gone", "3 lines a,1,(2) gone", "3 lines a,1,(3) gone"],
    ),
    "who inserts an equal row without a key overwrites nothing": Scene(
        "BABA",
        "INSERT INTO lines VALUES ('x', 1)",
        "INSERT INTO lines VALUES ('x', 1)",
        [],
        ["2 lines x,1,(2)"],
    ),
    "a count of rows without a key": Scene(
        "ABBA",
        ("SELECT count(*) FROM lines WHERE word = 'c'", "INSERT INTO lines VALUES ('d', 1)"),
        "UPDATE lines SET word = 'c' WHERE word = 'b'",
        ["1 ~lines c,2: seed > B"],
        ["4 lines d,1"],
    ),
    "rows without a key that are changed while a statement waits": Scene(
        "BAB",
        "UPDATE lines SET number = 5 WHERE word = 'b'",
        "UPDATE lines SET number = 3 WHERE word = 'b'",
        ["2 ?lines b,2: seed > B", "2 ?~lines b,2: B", "2 lines b,3: B > A", "2 ~lines b,5: seed > A"],
        ["2 lines b,3 gone", "2 lines b,5"],
    ),
    "a partitioned table is one that may read anything": Scene(
        "BBAA",
        "SELECT id, day FROM parts WHERE id = 1",
        "UPDATE parts SET value = 0 WHERE day = 1",
        ["3 ?parts_early 1,1: B"],
    ),
    "a partition is a table": Scene(
        "BBAA", "SELECT id, day FROM parts_early", "UPDATE parts SET value = 0 WHERE day = 1", ["3 parts_early 1,1: B"]
    ),
    "a row that goes to another partition": Scene(
        "AABB",
        "UPDATE parts SET day = 12 WHERE day = 1",
        "SELECT 1",
        ["1 parts_early 1,1: seed > A", "1 ?~parts_late 1,12: seed > A"],
        ["1 parts_early 1,1 gone", "1 parts_late 1,12"],
    ),
    "a table that inherits": Scene("BBAA", "SELECT id FROM dogs", "UPDATE dogs SET value = 0", ["3 dogs 2: B"]),
}

FUNCTIONS = {
    "a function of the target's may read anything": Scene("BBAA", "SELECT total()", UPDATE_1, ["3 ?parents 1: B"]),
    "a function of the target's may write anything": Scene(
        "BBAA", "SELECT bump(2)", UPDATE_1, ["3 ?parents 1: B", "3 parents 2: seed > A"], ["3 parents 2"]
    ),
    "a function that wrote nothing is not taken for who did": Scene(
        "BBAAA",
        ("SELECT total()", "UPDATE parents SET value = 1 WHERE id = 2", "SELECT total()"),
        "SELECT 1",
        ["3 ?parents 2: seed > A", "4 parents 2: seed > A", "5 ?parents 2: A"],
        ["4 parents 2"],
    ),
    "a function that waited may have seen the old or the new": Scene(
        "BAB", "SELECT bump(1)", UPDATE_1, ["2 ?parents 1: seed > B", "2 parents 1: B > A"], ["2 parents 1"]
    ),
    "a built-in function reads nothing": Scene("BBAA", "SELECT now(), pg_backend_pid()", UPDATE_1),
    "a DO block may do anything": Scene(
        "BBAA",
        "DO $$ BEGIN UPDATE parents SET value = 3 WHERE id = 2; END $$",
        UPDATE_1,
        ["3 ?parents 1: B", "3 parents 2: seed > A"],
        ["3 parents 2"],
    ),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_what_is_read_of_a_table(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)


def test_a_query_of_a_table_reads_those_that_inherit_from_it(shop: Stage) -> None:
    scene = Scene("BBAA", "SELECT id FROM animals", "UPDATE dogs SET value = 0", ["3 ?dogs 2: B"])
    assert played(shop, scene) == expected(scene)


def test_a_virtual_generated_column_may_be_anything(server: Server) -> None:
    if int(server.version.split(".")[0]) < 18:
        pytest.skip("PostgreSQL has virtual generated columns from version 18 on")
    with server.scratch() as scratch, closing(Stage(Virtual(), scratch)) as stage:
        scene = Scene(
            "BBAA", "SELECT count(*) FROM doubles WHERE twice = 4", "UPDATE doubles SET once = 2", ["3 ?doubles 1: B"]
        )
        assert played(stage, scene) == expected(scene)


def test_a_foreign_key_may_point_to_a_partitioned_table(scratch: Scratch) -> None:
    with scratch.connect() as connection:
        connection.execute(POINTERS)
        found = read_catalogue(connection)
    assert "pointers" in {stored.table.name for stored in found.tables.values()}


@pytest.mark.parametrize("scene", FUNCTIONS.values(), ids=FUNCTIONS)
def test_what_a_function_reads_and_writes(programmed: Stage, scene: Scene) -> None:
    assert played(programmed, scene) == expected(scene)
