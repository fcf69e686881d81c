"""Rows that are left out because of an equality can make no difference to the condition."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.accesses.narrowing import Narrowing
from fuzz.accesses.versions import Chain, State
from fuzz.statements import parse

KEY = UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
CONDITIONS = (
    "a = %(x)s",
    "%(x)s = a",
    "a = %(x)s AND b = %(y)s",
    "a = %(x)s OR b = %(y)s",
    "a IN (%(x)s, %(y)s)",
    "a = ANY (%(each)s)",
    "a = %(x)s AND b > 1",
    "a = %(x)s OR b > 1",
    "NOT a = %(x)s",
    "a = 5",
    "a = '5'",
    "a = 'word' AND b IS NULL",
    "a = %(x)s::varchar(2)",
    "a <> %(x)s",
)
TEXTS = ["", "word", "Word ", "wort", "é", "e", "5", "05", "2024-01-01", str(KEY), str(KEY).upper(), "10.0.0.1", "NaN"]
values = st.sampled_from([None, True, 0, 5, 6, 2**60, Decimal("5.0"), Decimal("5.5"), [5], {"a": 5}, *TEXTS])
constants = st.sampled_from([None, True, 0, 5, 2**60, Decimal(5), 5.0, KEY, b"5", (5, "word"), *TEXTS])


@st.composite
def chains(draw: st.DrawFn) -> list[Chain]:
    row = st.one_of(st.none(), st.builds(lambda a, b: {"a": a, "b": b}, values, values), st.just({"b": 1}))
    found = []
    for number in range(draw(st.integers(2, 6))):
        rows = draw(st.lists(row, min_size=1, max_size=3))
        states = [State(each, each is None, at, at, at, final=True) for at, each in enumerate(rows)]
        found.append(Chain(("t", (str(number),)), states))
    return found


@given(rows=chains(), sql=st.sampled_from(CONDITIONS), x=constants, y=constants)
def test_none_is_left_out_that_may_meet_the_condition(rows: list[Chain], sql: str, x: Any, y: Any) -> None:
    condition = parse(f"SELECT 1 FROM t WHERE {sql}").conditions["t"]
    parameters = {"x": x, "y": y, "each": (x, y)}
    found = list(Narrowing(rows)(condition, parameters))
    assert condition is not None
    for chain in rows:
        answers = [state.row is not None and condition.holds(state.row, parameters) for state in chain.states]
        assert chain in found or not any(answer is not False for answer in answers)


@pytest.mark.parametrize(
    ("make", "constant"),
    [
        (int, 5),
        (lambda number: f"word {number}".replace("1", "x"), "word 5"),
        (lambda n: str(UUID(int=n)), UUID(int=5)),
    ],
    ids=["numbers", "words", "UUIDs"],
)
def test_rows_are_found_by_their_value(make: Callable[[int], Any], constant: Any) -> None:
    rows = [
        Chain(("t", (str(number),)), [State({"a": make(number), "b": number}, False, -1, 0, -1, final=True)])
        for number in range(8)
    ]
    condition = parse("SELECT 1 FROM t WHERE a = %(x)s AND b < 9").conditions["t"]
    assert [chain.item[1] for chain in Narrowing(rows)(condition, {"x": constant})] == [("5",)]


def test_without_an_equality_all_are_looked_at() -> None:
    rows = [Chain(("t", (str(n),)), [State({"a": n}, False, -1, 0, -1, final=True)]) for n in range(3)]
    assert list(Narrowing(rows)(parse("SELECT 1 FROM t WHERE a > 1").conditions["t"], {})) == rows
    assert list(Narrowing(rows)(None, {})) == rows
