"""Values in a form that has an equality and a hash: what is the same in two outcomes is equal here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from decimal import Decimal
from enum import Enum
from math import isnan
from typing import Any

from fuzz.plain import Unordered

Value = Hashable
"""A scalar; a tuple of values (a list); a frozenset of (key, value) pairs (a dict); or (Special.SET, frozenset of
(value, count) pairs)."""

Row = frozenset[tuple[str, Value]]
"""Pairs of a column and its value."""


class Special(Enum):
    """What Python's own equality would mistake for something else, or for nothing."""

    TRUE = True
    FALSE = False
    NAN = "NaN"
    SET = "set"
    LEFT_OUT = "left out"


_PLAIN = frozenset({type(None), str, int, bytes})
_PLAIN_IN_ROWS = frozenset({type(None), str, int, float})


def value_of(plain: Any) -> Value:
    """Plain data, as `fuzz.plain.freeze` or a JSON document gives it, as a value."""
    if type(plain) in _PLAIN:
        return plain  # type: ignore[no-any-return]  # all types in _PLAIN are hashable
    if isinstance(plain, bool):
        return Special.TRUE if plain else Special.FALSE
    if isinstance(plain, float):
        return Special.NAN if isnan(plain) else plain
    if isinstance(plain, Decimal):
        return Special.NAN if plain.is_nan() else plain
    if isinstance(plain, Mapping):
        return frozenset((value_of(key), value_of(item)) for key, item in plain.items())
    if isinstance(plain, Unordered):
        return (Special.SET, frozenset(Counter(map(value_of, plain)).items()))
    if isinstance(plain, (tuple, list)):
        return tuple(map(value_of, plain))
    return plain  # type: ignore[no-any-return]  # dates, UUIDs and the like


def row_of(row: Mapping[str, Any]) -> Row:
    """A row, as PostgreSQL's to_jsonb writes it."""
    for value in row.values():
        if type(value) not in _PLAIN_IN_ROWS:
            return frozenset((column, value_of(value)) for column, value in row.items())
    return frozenset(row.items())


def plain_of(value: Value) -> Any:
    """A value as plain data again, for people; numbers that are equal may have changed their type."""
    if isinstance(value, Special):
        return {Special.NAN: float("nan"), Special.LEFT_OUT: ...}.get(value, value.value)
    if isinstance(value, frozenset):
        return {plain_of(key): plain_of(item) for key, item in value}
    if isinstance(value, tuple):
        if value[:1] == (Special.SET,):
            return Unordered(plain_of(member) for member, count in value[1] for _ in range(count))
        return tuple(map(plain_of, value))
    return value
