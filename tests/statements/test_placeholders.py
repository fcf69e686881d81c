from __future__ import annotations

from typing import Any

import psycopg
import pytest

from fuzz.postgres import Scratch
from fuzz.statements.placeholders import number_placeholders


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("SELECT %s::int, %s::text", (1, "a")),
        ("SELECT %(a)s::int, %(b)s::text, %(a)s::int", {"a": 1, "b": "x"}),
        ("SELECT %(a b)s::int, %(ü)s::int", {"a b": 1, "ü": 2}),
        ("SELECT %b::int, %t::int", (1, 2)),
        ("SELECT %(a)b::int, %(c)t::text", {"a": 1, "c": "x"}),
        ("SELECT 5 %% 3, '%%', %s::int", (1,)),
        ("SELECT 'a' LIKE '%%'", {}),
        ("SELECT '%%s', 1 %% %s", (3,)),
        ("SELECT 1 -- 100%", ()),
    ],
)
def test_a_text_means_to_the_server_what_psycopg_makes_of_it(scratch: Scratch, sql: str, parameters: Any) -> None:
    text, keys = number_placeholders(sql)
    with scratch.connect() as connection, psycopg.RawCursor(connection) as raw:
        expected = connection.execute(sql.encode(), parameters).fetchall()
        assert raw.execute(text.encode(), [parameters[key] for key in keys]).fetchall() == expected


@pytest.mark.parametrize("sql", ["SELECT 5 % 3", "SELECT '100%)'", "SELECT %(a)s, %s", "SELECT %(a", "SELECT '%d'"])
def test_a_text_that_psycopg_takes_without_parameters_only_is_left_alone(scratch: Scratch, sql: str) -> None:
    with scratch.connect() as connection, pytest.raises(psycopg.ProgrammingError):
        connection.execute(sql.encode(), {"a": 1})
    assert number_placeholders(sql) == (sql, ())
