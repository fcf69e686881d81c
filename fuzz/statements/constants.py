"""The constants and parameters that a statement compares columns with, and what a cast makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from fuzz.statements.placeholders import Key
from fuzz.statements.values import (
    UNKNOWN,
    Loose,
    read_bool,
    read_clock,
    read_date,
    read_moment,
    read_number,
    read_uuid,
    utc,
)


@dataclass(frozen=True, slots=True)
class Cast:
    """A type that a constant is cast to.

    Attributes:
        name: as the catalogue has it, without the schema pg_catalog.
        modifiers: its length, or its precision and scale.
        array: whether it is an array of that.
    """

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant written in the statement: None, bool, int, Decimal, or a text in quotes."""

    written: Any
    cast: Cast | None = None

    def value(self, parameters: Any) -> Any:  # noqa: ARG002  # a parameter's value needs them
        """What it is, as `fuzz.statements.values.order` takes it; None for NULL, or `UNKNOWN`."""
        return _told(self.written, self.cast)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the statement, by its name or its position."""

    key: Key
    cast: Cast | None = None

    def value(self, parameters: Any) -> Any:
        """What it is, as `fuzz.statements.values.order` takes it; None for NULL, or `UNKNOWN`."""
        return _told(self._given(parameters), self.cast)

    def elements(self, parameters: Any) -> tuple[Any, ...] | None:
        """The values of an array's elements; None where it is NULL or cannot be told."""
        given = self._given(parameters)
        if not isinstance(given, (list, tuple)) or (self.cast is not None and not self.cast.array):
            return None
        element = None if self.cast is None else Cast(self.cast.name, self.cast.modifiers)
        return tuple(_told(item, element) for item in given)

    def _given(self, parameters: Any) -> Any:
        match self.key, parameters:
            case str(name), Mapping():
                return parameters.get(name, UNKNOWN)
            case int(place), list() | tuple() if place < len(parameters):
                return parameters[place]
            case _:
                return UNKNOWN


Constant = Literal | Parameter


def _told(given: Any, cast: Cast | None) -> Any:
    """A given value after its cast; `UNKNOWN` for a type that is none of those below, subclasses among them."""
    if given is None:
        return None
    value = _PLAIN[type(given)](given) if type(given) in _PLAIN else UNKNOWN
    return value if cast is None or value is UNKNOWN else _cast(value, cast)


_DIGITS = 10_000
"""Far more of them than numbers have, and few enough to calculate with."""

_PLAIN: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: value,
    int: lambda value: value,
    float: lambda value: value if isfinite(value) else UNKNOWN,
    Decimal: lambda value: value if value.is_finite() and abs(value.adjusted()) < _DIGITS else UNKNOWN,
    str: Loose,
    UUID: lambda value: value,
    datetime: lambda value: _known(utc(value)),
    date: lambda value: value,
    time: lambda value: value if value.tzinfo is None else UNKNOWN,
    bytes: lambda value: value,
}


def _cast(value: Any, cast: Cast) -> Any:
    if cast.array:
        return UNKNOWN
    if cast.name in _CASTS:
        return _CASTS[cast.name](value, cast.modifiers)
    if isinstance(value, Loose) and not cast.modifiers and cast.name not in _OPAQUE:
        return Loose(value.text, whole=False)
    return UNKNOWN


_OPAQUE = frozenset(
    {"bpchar", "char", "name", "json", "jsonb", "interval", "timetz", "float4", "money", "bit", "varbit"}
)
"""Casts that may make something else of a text, or give something that is not compared here."""


def _known(value: Any) -> Any:
    return UNKNOWN if value is None else value


def _text(value: Any, modifiers: tuple[int, ...]) -> Any:
    whole = isinstance(value, Loose) and all(len(value.text) <= length for length in modifiers)
    return value.text if whole else UNKNOWN


def _integer(value: Any, _: tuple[int, ...]) -> Any:
    number = read_number(value.text.strip()) if isinstance(value, Loose) else value
    return number if type(number) is int else UNKNOWN


def _numeric(value: Any, modifiers: tuple[int, ...]) -> Any:
    number = _double(value, ())
    if isinstance(number, float):
        number = Decimal(f"{number:.15g}")  # as PostgreSQL does it
    if number is UNKNOWN or not modifiers:
        return number
    _, scale = (*modifiers, 0)[:2]
    exponent = Decimal(number).as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent <= scale else UNKNOWN


def _double(value: Any, modifiers: tuple[int, ...]) -> Any:
    number = read_number(value.text.strip()) if isinstance(value, Loose) else value
    return number if type(number) in {int, float, Decimal} and not modifiers else UNKNOWN


def _as(kind: type, read: Callable[[str], Any]) -> Callable[[Any, tuple[int, ...]], Any]:
    """A cast to a type of which there is one way to read a text."""

    def cast(value: Any, modifiers: tuple[int, ...]) -> Any:
        result = _known(read(value.text.strip())) if isinstance(value, Loose) else value
        return result if type(result) is kind and not modifiers else UNKNOWN

    return cast


def _moment(aware: bool) -> Callable[[Any, tuple[int, ...]], Any]:
    """A cast to a timestamp; from one kind to the other it depends on the session's time zone."""
    cast = _as(datetime, read_moment)

    def only(value: Any, modifiers: tuple[int, ...]) -> Any:
        result = cast(value, modifiers)
        return result if result is not UNKNOWN and (result.tzinfo is not None) == aware else UNKNOWN

    return only


_CASTS: dict[str, Callable[[Any, tuple[int, ...]], Any]] = {
    "text": _text,
    "varchar": _text,
    "int2": _integer,
    "int4": _integer,
    "int8": _integer,
    "numeric": _numeric,
    "float8": _double,
    "bool": _as(bool, read_bool),
    "uuid": _as(UUID, read_uuid),
    "date": _as(date, read_date),
    "timestamp": _moment(aware=False),
    "timestamptz": _moment(aware=True),
    "time": _as(time, read_clock),
    "bytea": _as(bytes, lambda _: None),
}
