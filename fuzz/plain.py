"""Values as plain data: arguments to JSON and back, results and errors to something that compares and prints."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from reprlib import repr as short
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.engine import Row
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import InstanceState

from fuzz.errors import CaseError
from fuzz.wanted import wanted

Json = Any
"""None, bool, int, float, str, list of Json, dict of str to Json."""

_TAG = "$"
_WRITERS: dict[type, tuple[str, Callable[[Any], Json]]] = {
    bytes: ("bytes", bytes.hex),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    Decimal: ("decimal", str),
    UUID: ("uuid", str),
    tuple: ("tuple", lambda value: [to_json(item) for item in value]),
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "bytes": bytes.fromhex,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda value: timedelta(*value),
    "decimal": Decimal,
    "uuid": UUID,
    "tuple": lambda value: tuple(from_json(wanted(value, list, "a tuple"))),
    "set": lambda value: set(from_json(wanted(value, list, "a set"))),
    "frozenset": lambda value: frozenset(from_json(wanted(value, list, "a set"))),
    "dict": lambda value: dict(from_json(wanted(pair, list, "a pair")) for pair in wanted(value, list, "a dict")),
    "enum": lambda value: _enum_member(*value),
    "float": float,
}


def to_json(value: Any) -> Json:
    """An argument as JSON; what JSON has no word for is tagged, so that `from_json` gives an equal value back.

    Raises:
        CaseError: for a value of a type that no case file can hold.
    """
    if isinstance(value, enum.Enum):
        return {_TAG: "enum", "value": [type(value).__module__, type(value).__qualname__, value.name]}
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return {_TAG: "float", "value": repr(value)}
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if type(value) is list:
        return [to_json(item) for item in value]
    if type(value) is dict:
        return _dict_to_json(value)
    if isinstance(value, (set, frozenset)) and type(value) in {set, frozenset}:
        return {_TAG: type(value).__name__, "value": sorted((to_json(item) for item in value), key=repr)}
    if type(value) in _WRITERS:
        tag, write = _WRITERS[type(value)]
        return {_TAG: tag, "value": write(value)}
    raise CaseError(
        f"A case file cannot hold {value!r} (type {type(value).__qualname__}).",
        "Draw numbers, text, dates, UUIDs, enums or containers of them, and build the rest inside the operation.",
    )


def from_json(value: Json) -> Any:
    """What `to_json` wrote, as it was.

    Raises:
        CaseError: for a tag that this version does not know.
    """
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TAG not in value:
        return {key: from_json(item) for key, item in value.items()}
    try:
        return _READERS[value[_TAG]](value["value"])
    except (LookupError, TypeError, ValueError, AttributeError, ImportError, ArithmeticError) as error:
        raise CaseError(f"The case file holds {short(value)}, which cannot be read back: {error!r}.") from error


def _dict_to_json(value: Mapping[Any, Any]) -> Json:
    if all(type(key) is str and key != _TAG for key in value):
        return {key: to_json(item) for key, item in value.items()}
    return {_TAG: "dict", "value": [[to_json(key), to_json(item)] for key, item in value.items()]}


def _enum_member(module: str, name: str, member: str) -> Any:
    try:
        found: Any = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # it may do anything while it is imported
        raise ImportError(f"{module} cannot be imported: {error!r}") from error
    for part in name.split("."):
        found = getattr(found, part)
    if not isinstance(found, enum.EnumType):
        raise TypeError(f"{name} is no enumeration")  # a module may hold anything else that takes a key
    return found[member]


class Unordered(tuple[Any, ...]):
    """A set's members: in a fixed order, so that they print alike, which says nothing."""

    __slots__ = ()


class Opaque(str):
    """The name of a type, in place of a value that cannot be compared."""

    __slots__ = ()


def freeze(value: Any) -> Any:
    """A call's result as data that outlives its session: compared by value, printed the same on every machine.

    ORM objects become their class and loaded columns (nothing is loaded for it), dataclasses their fields, sets
    `Unordered`, anything unknown the name of its type, `Opaque`.
    """
    if value is None or isinstance(value, (bool, int, float, str, bytes, Decimal, UUID, date, time, timedelta)):
        return value
    if isinstance(value, enum.Enum):
        return f"{type(value).__qualname__}.{value.name}"
    if isinstance(value, Row):
        return tuple(freeze(item) for item in value)
    if isinstance(value, Mapping):
        return {freeze(key): freeze(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item) for item in value)
    if isinstance(value, AbstractSet):
        return Unordered(sorted((freeze(item) for item in value), key=repr))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: freeze(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return _mapped(value)


def given(parameters: Any) -> Any:
    """A statement's parameters as plain data; what psycopg wraps, as JSON, is unwrapped."""
    if isinstance(parameters, Mapping):
        return {key: given(value) for key, value in parameters.items()}
    if isinstance(parameters, (list, tuple)):
        return tuple(given(value) for value in parameters)
    if isinstance(parameters, enum.Enum):
        return Opaque(parameters.name)
    if type(parameters).__module__.startswith("psycopg."):
        return freeze(parameters.obj) if hasattr(parameters, "obj") else Opaque(repr(parameters))
    return freeze(parameters)


def _mapped(value: Any) -> Any:
    try:
        state = inspect(value)
    except NoInspectionAvailable:
        state = None
    if not isinstance(state, InstanceState):
        return Opaque(f"<{type(value).__qualname__}>")
    columns = {attribute.key for attribute in state.mapper.column_attrs}
    loaded = {key: freeze(item) for key, item in sorted(state.dict.items()) if key in columns}
    return {"class": state.mapper.class_.__qualname__, **loaded}


_CHANCE = re.compile(r"(?<=[Pp]rocess )\d+|(?<=transaction )\d+|(?<=tuple )\(\d+,\d+\)|\b0x[0-9a-f]{6,}\b")


def settled_text(message: str) -> str:
    """A message without what differs from run to run: process and transaction numbers, addresses in memory."""
    return _CHANCE.sub("#", message)
