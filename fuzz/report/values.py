"""Values, short: so that a row of a timeline stays a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fuzz.binary import is_binary, legible
from fuzz.history import Table

LONGEST = 24
"""Characters that one value may take."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|[-+]\d\d(?::?\d\d)?)?")


def cut(text: str, width: int) -> str:
    """A text that is no longer than a width, with dots where it was cut."""
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."


def shown(value: Any) -> str:
    """A column's value, whether as PostgreSQL's text or as JSON: numbers bare, anything else in quotes."""
    if value is None:
        return "NULL"
    if isinstance(value, (bool, list, dict)):
        return cut(str(value).lower() if isinstance(value, bool) else ascii(value), LONGEST)
    text = str(value)
    if _NUMBER.fullmatch(text):
        return cut(text, LONGEST)
    if _UUID.fullmatch(text):
        return text[:8]
    if found := _MOMENT.fullmatch(text):
        return found[2]
    if is_binary(text):
        return cut(legible(text), LONGEST)
    return cut(ascii(text), LONGEST)


def is_moment(value: Any) -> bool:
    """Whether it is a date with a time: these change with every write and tell the least."""
    return _MOMENT.fullmatch(str(value)) is not None


def named(table: str, key: Iterable[Any]) -> str:
    """A row, by its table and its primary key's values."""
    parts = [_bare(value) for value in key]
    return " ".join([table, ", ".join(parts)]) if parts else table


def named_row(table: Table, row: Mapping[str, Any]) -> str:
    """A row, by its table and the primary key that it has."""
    return named(table.name, [row[column] for column in table.key if column in row])


def _bare(value: Any) -> str:
    text = str(value)
    return text[:8] if _UUID.fullmatch(text) else cut(ascii(text)[1:-1], LONGEST)


def printable(text: str) -> str:
    """A text in plain ASCII, without anything that a terminal or XML would take for a command."""
    escaped = text.encode("ascii", "backslashreplace").decode()
    return "".join(c if c == "\n" or " " <= c <= "~" else f"\\x{ord(c):02x}" for c in escaped.expandtabs())
