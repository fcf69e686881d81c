"""The rows that an INSERT gives, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.plain import given as given_to
from fuzz.statements import parse
from fuzz.traces.reach import box_of, is_within
from tests.statements.test_soundness import CONSTANTS, TYPES, VALUES, Things, things

__all__ = ["things"]

Rows = list[dict[str, Any]]


def rows(sql: str, parameters: Any = ()) -> Rows | None:
    """What is told of the rows that go into `a`; "?" for a value that is not."""
    found = parse(sql).gives.get("a")
    if found is None:
        return None
    return [{name: "?" if each is None else each.value(parameters) for name, each in row} for row in found]


@pytest.mark.parametrize(
    ("sql", "parameters", "expected"),
    [
        ("INSERT INTO a (x, y) VALUES (1, NULL)", (), [{"x": 1, "y": None}]),
        ("INSERT INTO a (x) VALUES (%s), (%s)", (1, 2), [{"x": 1}, {"x": 2}]),
        ("INSERT INTO a (x, y) VALUES (%(x)s::INTEGER, now())", {"x": 5}, [{"x": 5, "y": "?"}]),
        ("INSERT INTO a (x, y) VALUES (DEFAULT, 1 + 1)", (), [{"x": "?", "y": "?"}]),
        (
            """INSERT INTO a (x, y) SELECT p0::INTEGER, p1::INTEGER FROM (VALUES (%(x0)s, %(y0)s, 0), (%(x1)s, 4, 1))
               AS imp_sen (p0, p1, sen_counter) ORDER BY sen_counter RETURNING a.id, a.id AS id__1""",
            {"x0": 1, "y0": 2, "x1": 3},
            [{"x": 1, "y": 2}, {"x": 3, "y": 4}],
        ),
        ("INSERT INTO a (x, y, z) SELECT v.p, 5, p FROM (VALUES (1)) AS v (p)", (), [{"x": "?", "y": 5, "z": 1}]),
        ("INSERT INTO a (x) SELECT p::int FROM (VALUES (1::text)) AS v (p)", (), [{"x": "?"}]),
        ("INSERT INTO a (x) SELECT p FROM (VALUES (1), (2)) AS v (p) WHERE p > 1", (), None),
        ("INSERT INTO a (x) SELECT p FROM (VALUES (1), (2)) AS v (p) LIMIT 1", (), None),
        ("INSERT INTO a (x) SELECT DISTINCT p FROM (VALUES (1), (1)) AS v (p)", (), None),
        ("INSERT INTO a (x) SELECT p FROM (VALUES (1)) AS v (p), b", (), None),
        ("INSERT INTO a (x) SELECT 1", (), None),
        ("INSERT INTO a (x) VALUES (1) ON CONFLICT DO NOTHING", (), None),
        ("INSERT INTO a VALUES (1)", (), None),
        ("INSERT INTO a DEFAULT VALUES", (), None),
        ("WITH b AS (INSERT INTO a (x) VALUES (1) RETURNING *) SELECT * FROM b", (), [{"x": 1}]),
        ("WITH b AS (INSERT INTO a (x) VALUES (1)) INSERT INTO a (x) VALUES (2)", (), [{"x": 1}, {"x": 2}]),
        ("WITH b AS (INSERT INTO a (x) VALUES (1)) DELETE FROM a", (), None),
        ("UPDATE a SET x = 1", (), None),
    ],
)
def test_rows_are_told_where_they_are_given_one_by_one(sql: str, parameters: Any, expected: Rows | None) -> None:
    assert rows(sql, parameters) == expected


@settings(max_examples=300, deadline=None)
@given(
    column=st.sampled_from(sorted(VALUES)),
    value=st.sampled_from([value for _, pool in VALUES.values() for value in pool]) | st.sampled_from(CONSTANTS),
    cast=st.sampled_from(TYPES),
)
def test_what_is_given_is_what_is_there(things: Things, column: str, value: Any, cast: str) -> None:
    sql = f"INSERT INTO things (id, {column}) VALUES (%(id)s, %(value)s{cast})"
    parameters = {"id": 1_000_000, "value": value}
    (row,) = parse(sql).gives["things"]
    plain = given_to(parameters)
    told = box_of({name: each.value(plain) for name, each in row if each is not None}, ())
    try:
        things.connection.execute(sql.encode(), parameters)
    except psycopg.Error:
        return
    (text,) = things.connection.execute("DELETE FROM things WHERE id = 1000000 RETURNING to_jsonb(things)::text")
    there = box_of(json.loads(text[0]), ())
    assert is_within(there, told), (there, told)
