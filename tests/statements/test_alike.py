"""Two values of classes that differ are different in every type that PostgreSQL has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.postgres import Server
from fuzz.statements import COMPARABLE, alike
from fuzz.statements.alike import class_of
from fuzz.statements.constants import Literal

TEXTS = [
    *("a", "A", "a ", " a", "b", "abc", "é", "", "net-1", "port-1", "port-2", "t", "f", "true", "no", "on", "NaN"),
    *("0", "00", "1", "01", "+1", "-1", "1.0", "1e0", "10", "infinity", "Infinity", "epoch", "now", "today"),
    *("2024-01-01", "2024-01-01 00:00", "20240101", "2024-1-1", "Jan 1 2024", "12:00", "12:00:00", "1 day", "24 hours"),
    *("10.0.0.1", "10.0.0.1/32", "10.0.0.0/8", "10/8", "::1", "0::1", "08:00:2b:01:02:03", "08002b:010203"),
    *("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
    *("a0eebc999c0b4ef8bb6d6bb9bd380a11", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "\\x61", "a" * 70, "a" * 63),
]

Equal = Callable[[str, str], list[str]]


@pytest.fixture(scope="module")
def equal_as(server: Server) -> Iterator[Equal]:
    with server.scratch() as scratch, scratch.connect() as connection:

        def types(one: str, other: str) -> list[str]:
            return [name for name in sorted(COMPARABLE) if is_equal(connection, name, one, other)]

        yield types


def is_equal(connection: psycopg.Connection[Any], name: str, one: str, other: str) -> bool:
    try:
        row = connection.execute(f"SELECT %s::{name} = %s::{name}".encode(), (one, other)).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def differ(one: str, other: str) -> bool:
    first, second = class_of(one), class_of(other)
    return first is not None and second is not None and alike.differ(first, second)


@pytest.mark.parametrize("one", TEXTS)
def test_texts_of_different_classes_are_equal_in_no_type(equal_as: Equal, one: str) -> None:
    assert not [(other, types) for other in TEXTS if differ(one, other) and (types := equal_as(one, other))]


@settings(max_examples=200, deadline=None)
@given(one=st.text("ab01-:.eE+ ", max_size=6), other=st.text("ab01-:.eE+ ", max_size=6))
def test_nor_are_any_others(equal_as: Equal, one: str, other: str) -> None:
    assert not differ(one, other) or equal_as(one, other) == []


def test_what_is_written_in_one_way_only_can_be_told_apart() -> None:
    told = ["net-1", "net-2", "web", "db", str(UUID(int=1)), str(UUID(int=2)), "1", "2", "-5"]
    words, numbers = told[:6], told[4:]
    assert all(differ(one, other) for each in (words, numbers) for one, other in combinations(each, 2))
    assert not differ("1", "net-1")
    assert class_of("1") == class_of(1) == class_of(Literal(1).value(None))
    assert (
        class_of(UUID(int=1)) == class_of(str(UUID(int=1)).upper()) == class_of(Literal(str(UUID(int=1))).value(None))
    )


@pytest.mark.parametrize("value", [True, 1.0, 2**60, b"a", [1], {"a": 1}, "2024-01-01", "1.0", "yes", "é", "a" * 70])
def test_what_can_be_written_in_several_ways_cannot(value: object) -> None:
    assert class_of(value) is None
