from __future__ import annotations

import enum
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from fuzz.statements import Condition, parse


def holds(where: str, row: dict[str, Any], parameters: Any = None) -> bool | None:
    condition = parse(f"SELECT FROM a WHERE {where}", parameters is not None).conditions["a"]
    return None if condition is None else condition.holds(row, parameters)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("x = 1", True),
        ("x = 2", False),
        ("2 > a.x", True),
        ("a.x IN (2, 3)", False),
        ("x = ANY (ARRAY[1, 2]) AND x <> ALL (ARRAY[3])", True),
        ("(x, name) = (1, 'b')", False),
        ("(x, name) IN ((2, 'a'), (1, 'a'))", True),
        ("name LIKE 'a%' AND name NOT LIKE '_b'", True),
        ("none IS NULL AND x IS NOT NULL", True),
        ("none = 1", False),
        ("NOT none = 1", False),
        ("none = 1 OR x = 1", True),
        ("(none = 1) IS NOT TRUE", True),
        ("none IS DISTINCT FROM 1", True),
        ("ok", True),
        ("NOT ok", False),
        ("ok IS FALSE", False),
        ("true", True),
        ("x IN (NULL) AND 1 <> 1", False),
    ],
)
def test_a_condition_on_one_table_and_constants_is_decided(where: str, expected: bool) -> None:
    assert holds(where, {"x": 1, "name": "a", "none": None, "ok": True}) is expected


@pytest.mark.parametrize(
    "unknown",
    [
        "lower(name) = 'a'",
        "x + 1 = 2",
        "x = y",
        "x = (SELECT 1)",
        "EXISTS (SELECT)",
        "CASE WHEN ok THEN true END",
        "x::text = '1'",
        "name < 'b'",
        "name ~ 'a'",
        "name ILIKE 'A'",
        "name COLLATE \"C\" = 'a'",
        "x OPERATOR(app.=) 1",
        "x BETWEEN SYMMETRIC 2 AND 1",
        "other.x = 1",
        "missing = 1",
        "x = $3",
        "x = 1.0000000000000000001",
        "name = 'a'::app.word",
        "name = 'ab'::\"char\"",
    ],
)
def test_what_cannot_be_told_leaves_open_only_what_depends_on_it(unknown: str) -> None:
    row = {"x": 1, "y": 1, "name": "a", "ok": True}
    assert holds(unknown, row) is None
    assert holds(f"NOT ({unknown})", row) is None
    assert holds(f"x = 1 AND {unknown}", row) is None
    assert holds(f"x = 2 AND {unknown}", row) is False
    assert holds(f"x = 1 OR {unknown}", row) is True
    assert holds(f"x = 2 OR {unknown}", row) is None


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("red", True),
        ("blue", False),
        (None, False),
        (Colour.RED, None),
        (b"red", None),
        (["red"], None),
        (("red",), None),
        ({"red": 1}, None),
        (object(), None),
        (5, None),
        (float("nan"), None),
        (Decimal("sNaN"), None),
        (Decimal("1e999999"), None),
        (time(0, tzinfo=UTC), None),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), None),
    ],
)
def test_a_parameter_of_a_type_that_is_not_plain_cannot_be_told(value: Any, expected: bool | None) -> None:
    assert holds("x = %(x)s", {"x": "red"}, {"x": value}) is expected
    assert holds("x = %s", {"x": "red"}, (value,)) is expected


@pytest.mark.parametrize("parameters", [None, {}, (), [], {"y": 1}, "red", 5])
def test_a_parameter_that_is_not_there_cannot_be_told(parameters: Any) -> None:
    condition = parse("SELECT FROM a WHERE x = %(x)s").conditions["a"]
    assert condition is not None
    assert condition.holds({"x": "red"}, parameters) is None


def test_parameters_are_taken_by_name_or_by_place() -> None:
    row = {"x": 1, "y": "a"}
    assert holds("x = %(one)s AND y = %(two)s AND x = %(one)s", row, {"two": "a", "one": 1}) is True
    assert holds("x = %s AND y = %s", row, (1, "a")) is True
    assert holds("x = %s AND y = %s", row, [1, "b"]) is False
    assert holds("x = $1 AND y = $2", row, (1, "a")) is True


def test_an_array_may_be_a_parameter() -> None:
    assert holds("x = ANY (%s)", {"x": 1}, ([1, 2],)) is True
    assert holds("x = ANY (%s::integer[])", {"x": 1}, ((2, 3),)) is False
    assert holds("x = ANY (%s)", {"x": None}, ([],)) is False
    assert holds("x <> ALL (%s)", {"x": 1}, ([2, None],)) is False
    assert holds("x = ANY (%s)", {"x": 1}, ("{1,2}",)) is None


def test_a_value_is_equal_however_it_is_written() -> None:
    key = UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
    assert holds("x = %s", {"x": str(key)}, (key,)) is True
    assert holds("x = %s", {"x": str(key)}, (UUID(int=5),)) is False
    assert holds("x = %s", {"x": str(key)}, (str(key).upper(),)) is None
    assert holds("x = %s", {"x": 1.5}, (Decimal("1.50"),)) is None  # more digits may have been lost in the float
    assert holds("x = %s", {"x": Decimal("1.5")}, (Decimal("1.50"),)) is True
    assert holds("x = '5'", {"x": 5}) is True
    assert holds("x = '2024-01-01 10:00+02'", {"x": "2024-01-01T08:00:00+00:00"}) is None
    assert holds("x = '2024-01-01 10:00+02'::timestamptz", {"x": "2024-01-01T08:00:00+00:00"}) is True
    assert holds("x = '2024-01-01 10:00'", {"x": "2024-01-01T08:00:00+00:00"}) is None


def conditions(sql: str) -> dict[str, Condition | None]:
    return dict(parse(sql).conditions)


def test_without_a_where_every_row_is_looked_at() -> None:
    condition = conditions("SELECT count(*) FROM a")["a"]
    assert condition is not None
    assert condition.holds({}, None) is True


def test_of_a_table_that_is_there_twice_a_row_may_be_either() -> None:
    condition = conditions("SELECT FROM a AS one, a AS two WHERE one.x = 1 AND two.x = 2")["a"]
    assert condition is not None
    assert [condition.holds({"x": x}, None) for x in (1, 2, 3)] == [None, None, False]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO a VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1 WHERE a.x = 1",
        "MERGE INTO a USING b ON a.x = 1 WHEN MATCHED THEN DELETE",
        "DELETE FROM a WHERE CURRENT OF c",
        "SELECT FROM a FULL JOIN b ON a.x = 1 WHERE a.x = 2",
        "SELECT FROM b LEFT JOIN a ON a.id = b.id WHERE a.x = 2",
        "SELECT FROM a AS s (y) WHERE y = 1",
        "SELECT FROM a JOIN b USING (id) WHERE id = 1",
        "SELECT FROM a WHERE f(x)",
    ],
)
def test_nothing_is_said_where_any_row_may_matter(sql: str) -> None:
    assert conditions(sql)["a"] is None


def test_of_a_column_without_its_table_only_rows_that_have_it_are_told() -> None:
    found = conditions("SELECT FROM a WHERE id IN (SELECT a FROM b WHERE hidden)")["b"]
    assert found is not None
    assert found.holds({"a": 1, "hidden": False}, None) is False
    assert found.holds({"a": 1}, None) is None  # the column is the other table's then


def test_conditions_that_are_written_alike_are_equal() -> None:
    assert conditions("SELECT x FROM a WHERE a.x = 1") == conditions("SELECT y FROM a AS b WHERE 1 = b.x")
