"""A row of which a statement's condition does not hold makes no difference to the statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg.rows import TupleRow

from fuzz.postgres import Server
from fuzz.statements import parse

TABLES = """
CREATE TABLE parents (id integer PRIMARY KEY, x integer, flag boolean);
CREATE TABLE children (id integer PRIMARY KEY, parent integer, y integer);
INSERT INTO parents VALUES (1, 1, true), (2, 2, false), (3, NULL, NULL), (4, 1, false), (5, 2, true);
INSERT INTO children VALUES (1, 1, 1), (2, 1, 2), (3, 2, NULL), (4, NULL, 1), (5, 3, 2), (6, 4, 1);
"""

OF_PARENTS = ["p.x = 1", "p.x <> 1", "p.flag", "p.flag IS NOT TRUE", "p.x IS NULL", "p.id BETWEEN 2 AND 4", "true"]
OF_CHILDREN = ["c.y = 1", "c.y IN (1, 2)", "c.y IS NULL", "NOT c.y = 2", "c.id > 2", "true"]
OF_BOTH = [
    "c.parent = p.id",
    "p.x = c.y",
    "(p.x = 1 OR c.y = 1)",
    "(p.x = 1 AND c.y = 2 OR p.flag)",
    "c.id IS NOT NULL",
]

QUERIES = """
SELECT p.id, c.id FROM parents p {join} JOIN children c ON c.parent = p.id WHERE {our} AND {their};
SELECT p.id, c.id FROM parents p {join} JOIN children c ON {both} AND {ours} AND {theirs} WHERE {our} AND
    {their};
SELECT p.id, c.id FROM children c {join} JOIN parents p ON {both} AND {ours} AND {theirs} WHERE {our};
SELECT p.id, c.id FROM children c {join} JOIN parents p ON {both} AND {ours} WHERE {their} OR {our};
SELECT p.id, c.id FROM parents p, children c WHERE {both} AND {our} AND {their};
SELECT p.id, c.id FROM parents p, children c WHERE {our} OR {both} AND {their};
SELECT p.id, c.id, q.id FROM (parents p JOIN children c ON {both}) {join} JOIN parents q ON q.id = c.y AND q.x =
    1 WHERE {our} AND {their};
SELECT p.id, c.id FROM parents q {join} JOIN (parents p {join} JOIN children c ON {both} AND {our}) ON q.id =
    p.id WHERE {their};
SELECT p.id FROM parents p WHERE {our} AND EXISTS (SELECT FROM children c WHERE {both} AND {their});
SELECT p.id FROM parents p WHERE {our} OR NOT EXISTS (SELECT FROM children c WHERE {both} AND {their});
SELECT p.id FROM parents p WHERE p.id IN (SELECT parent FROM children c WHERE {their}) AND {our};
SELECT p.id, (SELECT count(*) FROM children c WHERE {both} AND {their}) FROM parents p WHERE {our};
SELECT p.id, s.n FROM parents p {join} JOIN LATERAL (SELECT count(*) n FROM children c WHERE {both} AND {their})
    s ON {ours} WHERE {our};
SELECT count(*), sum(p.x) FROM parents p WHERE {our} GROUP BY p.flag HAVING count(*) > 0;
SELECT p.id FROM parents p WHERE {our} UNION ALL SELECT c.id FROM children c WHERE {their};
SELECT c.y FROM children c WHERE {their} EXCEPT SELECT p.x FROM parents p WHERE {our};
SELECT p.id FROM parents p WHERE {our} ORDER BY p.id OFFSET 1 LIMIT 1;
WITH s AS (SELECT * FROM children c WHERE {their}) SELECT p.id, c.id FROM parents p {join} JOIN s c ON {both};
WITH d AS (DELETE FROM children c WHERE {their} RETURNING *) SELECT p.id FROM parents p, d c WHERE {both} AND
    {our};
SELECT id, parent FROM children c NATURAL {join} JOIN parents p WHERE id > 2 AND {our};
SELECT id FROM parents p {join} JOIN children c USING (id) WHERE id = 2 AND x = 2 AND {their};
UPDATE parents p SET x = 7 FROM children c WHERE {both} AND {our} AND {their} RETURNING p.id;
UPDATE parents p SET x = x + 1 WHERE {our} RETURNING id, x;
DELETE FROM children c USING parents p WHERE {both} AND {our} AND {their} RETURNING c.id;
DELETE FROM children c WHERE {their} AND parent IN (SELECT p.id FROM parents p WHERE {our}) RETURNING c.id;
MERGE INTO parents p USING children c ON {both} AND {our} WHEN MATCHED AND {their} THEN DO NOTHING WHEN NOT
    MATCHED THEN INSERT VALUES (c.id + 100) RETURNING p.id;
INSERT INTO parents SELECT c.id + 10, c.y FROM children c WHERE {their} RETURNING id, x;
INSERT INTO parents SELECT c.id, c.y FROM children c WHERE {their} ON CONFLICT (id) DO UPDATE SET x = 9
    RETURNING x
"""


@st.composite
def queries(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(QUERIES.split(";"))).format(
        join=draw(st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL"])),
        both=draw(st.sampled_from(OF_BOTH)),
        our=draw(st.sampled_from(OF_PARENTS)),
        ours=draw(st.sampled_from(OF_PARENTS)),
        their=draw(st.sampled_from(OF_CHILDREN)),
        theirs=draw(st.sampled_from(OF_CHILDREN)),
    )


@pytest.fixture(scope="module")
def connection(server: Server) -> Iterator[psycopg.Connection[TupleRow]]:
    with server.scratch() as scratch, scratch.connect() as connection:
        connection.execute(TABLES)
        connection.autocommit = False
        yield connection


def results(connection: psycopg.Connection[TupleRow], *statements: str) -> list[Any] | None:
    """What the last of some statements gives, sorted; all are undone. None where PostgreSQL refuses one."""
    try:
        for statement in statements[:-1]:
            connection.execute(statement.encode())
        return sorted(connection.execute(statements[-1].encode()).fetchall(), key=repr)
    except psycopg.Error:
        return None
    finally:
        connection.rollback()


def rows(connection: psycopg.Connection[TupleRow], table: str) -> list[dict[str, Any]]:
    return [row for (row,) in results(connection, f"SELECT to_jsonb(t) FROM {table} t") or ()]


FULL = "SELECT p.id, c.id FROM parents p FULL JOIN children c ON c.parent = p.id WHERE p.x IS NULL"
RENAMED = "SELECT x FROM (parents p JOIN children c ON parent = p.id) AS j (x, p, q, c, r, s) WHERE x = 2"


@settings(max_examples=300, deadline=None)
@given(query=queries())
@example(FULL)
@example(RENAMED)
def test_a_row_that_fails_the_condition_makes_no_difference(
    connection: psycopg.Connection[TupleRow], query: str
) -> None:
    expected = results(connection, query)
    if expected is None:  # a FULL JOIN on no more than an OR, a column that is in both tables
        return
    for table, condition in parse(query).conditions.items():
        for row in rows(connection, table):
            if condition is not None and condition.holds(row, {}) is False:
                without = results(connection, f"DELETE FROM {table} WHERE id = {row['id']}", query)
                assert without == expected, (table, row)


@settings(max_examples=300, deadline=None)
@given(query=queries())
def test_a_row_that_certainly_meets_the_condition_makes_one(
    connection: psycopg.Connection[TupleRow], query: str
) -> None:
    expected = results(connection, query)
    if expected is None or re.search("EXCEPT|DELETE .* SELECT", query):  # there a row may be looked at and not be seen
        return
    for table, condition in parse(query).conditions.items():
        for row in rows(connection, table):
            if condition is not None and condition.holds(row, {}) is True:
                without = results(connection, f"DELETE FROM {table} WHERE id = {row['id']}", query)
                assert without != expected, (table, row)
