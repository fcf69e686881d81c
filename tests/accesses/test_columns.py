"""Keys and conditions of every type: rows are found by what the audit and the results show of them."""

from __future__ import annotations

import pytest

from fuzz.engine.stage import Stage
from tests.accesses.scenes import Scene, expected, played

KEYS = {
    "of two columns, in another order than the table's": Scene(
        "BBBAA",
        "SELECT value, a, b FROM pairs",
        ("UPDATE pairs SET value = 0 WHERE a = 1 AND b = 'x'", "DELETE FROM pairs WHERE b = 'y'"),
        ["4 pairs x,1: B", "4 ~pairs y,1: B"],
    ),
    "of two columns, of which the result tells one": Scene(
        "BBAA",
        "SELECT a FROM pairs WHERE b = 'x'",
        "UPDATE pairs SET value = 0",
        ["3 pairs x,1: B", "3 pairs x,2: B"],
    ),
    "of two columns, of two rows in one": Scene(
        "BBAA",
        "SELECT o.b, o.a, t.b, t.a FROM pairs o, pairs t WHERE o.b = 'y' AND t.a = 2",
        "UPDATE pairs SET value = 0",
        ["3 pairs x,2: B", "3 pairs y,1: B"],
    ),
    "a text": Scene(
        "BBAA", "SELECT word FROM words", "UPDATE words SET value = 0 WHERE value = 2", ["3 words Two words: B"]
    ),
    "a number with digits behind the point": Scene(
        "BBAA",
        "SELECT price FROM prices WHERE price % 1 > 0.3",
        "UPDATE prices SET value = 0",
        ["3 prices 1.50: B", "3 ?~prices 2.25: B"],
    ),
    "a moment": Scene(
        "BBAA",
        "SELECT at FROM moments",
        "UPDATE moments SET value = 0",
        ["3 moments 2024-01-01 10:00:00+00: B", "3 moments 2024-01-01 10:00:00.5+00: B"],
    ),
    "a UUID": Scene(
        "BBAA",
        "SELECT key FROM keys WHERE key = 'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        "UPDATE keys SET value = 0",
        ["3 keys a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11: B"],
    ),
}

CONDITIONS = {
    "an enum": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE mood = 'wild'", "UPDATE kinds SET mood = 'wild'", ["3 kinds 1: B"]
    ),
    "an enum that it never is": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE mood = 'wild'", "UPDATE kinds SET span = '[7,8)'"
    ),
    "a number with digits behind the point, that it is": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE price = 2.5", "UPDATE kinds SET price = 2.50", ["3 kinds 1: B"]
    ),
    "a moment, in another time zone": Scene(
        "BBAA",
        "SELECT count(*) FROM kinds WHERE at = '2024-05-01 12:00+02'::timestamptz",
        "UPDATE kinds SET at = '2024-05-01 10:00+00'",
        ["3 kinds 1: B"],
    ),
    "a generated column": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE doubled = 18", "UPDATE kinds SET id = 9", ["3 kinds 9: B"]
    ),
    "an array may be anything": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE tags = '{x}'", "UPDATE kinds SET tags = '{x}'", ["3 ?kinds 1: B"]
    ),
    "what an array has in it may be anything": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE tags @> '{x}'", "UPDATE kinds SET tags = '{x}'", ["3 ?kinds 1: B"]
    ),
    "a JSON document may be anything": Scene(
        "BBAA",
        """SELECT count(*) FROM kinds WHERE doc = '"x"'""",
        """UPDATE kinds SET doc = '"x"'""",
        ["3 ?kinds 1: B"],
    ),
    "what is in a JSON document may be anything": Scene(
        "BBAA",
        "SELECT count(*) FROM kinds WHERE doc ->> 'a' = '2'",
        """UPDATE kinds SET doc = '{"a": 2}'""",
        ["3 ?kinds 1: B"],
    ),
    "a range may be anything": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE span = '[1,9]'", "UPDATE kinds SET span = '[1,10)'", ["3 ?kinds 1: B"]
    ),
    "a range beside a number that is told": Scene(
        "BBAA", "SELECT count(*) FROM kinds WHERE span = '[1,9]' AND price > 9", "UPDATE kinds SET span = '[1,10)'"
    ),
}


@pytest.mark.parametrize("scene", KEYS.values(), ids=KEYS)
def test_rows_are_known_by_keys(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)


@pytest.mark.parametrize("scene", CONDITIONS.values(), ids=CONDITIONS)
def test_rows_are_asked_for(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)
