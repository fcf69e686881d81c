"""How a value of a row stands to a constant, as far as that can be told without the column's type.

A row's values are as to_jsonb gives them, so a text may be of many types. What an answer rests on:
a text that reads as a UUID, a moment, a number or an address may be one, and is different from a constant only if the
constant reads likewise and means something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_interface
from typing import Any
from uuid import UUID

Order = int
"""A set of what may be: `LESS`, `EQUAL`, `GREATER`."""

LESS, EQUAL, GREATER = 1, 2, 4
DIFFERENT = LESS | GREATER
ANY_ORDER = LESS | EQUAL | GREATER


COMPARABLE = frozenset(
    {
        *("bool", "int2", "int4", "int8", "float8", "numeric"),
        *("text", "varchar", "bpchar", "name", "uuid", "bytea", "inet", "cidr", "macaddr"),
        *("date", "time", "timestamp", "timestamptz"),
    }
)
"""The types, by their names in pg_type, whose values in JSON tell what they are equal to; enums do, besides.

Of others two values may be equal that are written differently (interval, money), may differ though they are written
alike (real, which is rounded), or NULL may be a value (json and jsonb, where NULL and null look the same).
"""


class Unknown:
    """A value that cannot be told; `UNKNOWN` is the only one."""

    __slots__ = ()


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Loose:
    """A text that takes the type of what it is compared with: a quoted constant, or psycopg's parameter of a `str`.

    Attributes:
        text: what was given.
        whole: False where it was cast to a type of the target's own, which may have changed it.
    """

    text: str
    whole: bool = True


_DATE = r"\d{4}-\d\d-\d\d"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
_IS_DATE = re.compile(_DATE, re.ASCII)
_IS_CLOCK = re.compile(_CLOCK, re.ASCII)
_IS_MOMENT = re.compile(rf"{_DATE}[ T]{_CLOCK}(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_IS_NUMBER = re.compile(r"[+-]?\d{1,1000}(?:\.\d{1,1000})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_IS_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IS_MAC = re.compile(r"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}")
_IS_AMBIGUOUS = re.compile(r"-?(?:NaN|[Ii]nfinity|\d+:\d\d:.*|\d+ (?:year|mon|day).*|\$[\d,.]+)", re.ASCII)
"""Not finite, an interval, money: there is more than one way to write them."""
_EXACT = 2**53
"""Up to here double precision holds every integer."""


def order(value: Any, constant: Any) -> Order:
    """How a row's value may stand to a constant; neither is NULL.

    Args:
        value: as to_jsonb gives it.
        constant: a number, bool, UUID, datetime, date, time, bytes; `Loose`; a `str` is of type text.
    """
    match constant:
        case bool():
            return _sign(value, constant) if isinstance(value, bool) else ANY_ORDER
        case int() | float() | Decimal():
            return _numbers(value, constant)
        case Loose():
            return _loose(value, constant)
        case str():
            return _texts(value, constant)
        case _ if type(constant) in _READERS and isinstance(value, str):
            read = _READERS[type(constant)](value)
            return ANY_ORDER if read is None or not _same_clock(read, constant) else _sign(read, constant)
        case _:
            return ANY_ORDER


def utc(moment: datetime) -> datetime | None:
    """A moment with a time zone in UTC, one without as it is; None where it has no place in a `datetime`."""
    try:
        return moment if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def read_date(text: str) -> date | None:
    """A date written in ISO's form, which every DateStyle takes alike."""
    return _tried(date.fromisoformat, text) if _IS_DATE.fullmatch(text) else None


def read_moment(text: str) -> datetime | None:
    """A date and time in ISO's form, in UTC if it has a time zone."""
    moment = _tried(datetime.fromisoformat, text) if _IS_MOMENT.fullmatch(text) else None
    return None if moment is None else utc(moment)


def read_clock(text: str) -> time | None:
    """A time of day without a time zone."""
    return _tried(time.fromisoformat, text) if _IS_CLOCK.fullmatch(text) else None


def read_uuid(text: str) -> UUID | None:
    """A UUID in its usual form."""
    return UUID(text) if _IS_UUID.fullmatch(text) else None


def read_number(text: str) -> int | Decimal | None:
    """A decimal number."""
    if not _IS_NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("+-").isdigit() else Decimal(text)


def read_bool(text: str) -> bool | None:
    """A boolean, written out or as PostgreSQL prints it."""
    return {"t": True, "true": True, "f": False, "false": False}.get(text.strip().lower())


def _bytes(text: str) -> bytes | None:
    return _tried(bytes.fromhex, text[2:]) if text.startswith("\\x") else None


def _tried(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        return None


_READERS: dict[type, Callable[[str], Any]] = {
    UUID: read_uuid,
    datetime: read_moment,
    date: read_date,
    time: read_clock,
    bytes: _bytes,
}
_FORMS: tuple[Callable[[str], Any], ...] = (
    *_READERS.values(),
    read_number,
    lambda text: _tried(ip_interface, text),
    lambda text: text.lower() if _IS_MAC.fullmatch(text) else None,
)


def _sign(one: Any, other: Any) -> Order:
    return EQUAL if one == other else LESS if one < other else GREATER


def _same_clock(one: Any, other: Any) -> bool:
    """Whether both or neither are with a time zone: PostgreSQL compares the others by the session's own."""
    return not isinstance(one, datetime) or (one.tzinfo is None) == (other.tzinfo is None)


def _numbers(value: Any, constant: float | Decimal) -> Order:
    """Numbers, of which either may be rounded to double precision before they are compared."""
    number: Any = read_number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, (int, float, Decimal)):
        return ANY_ORDER
    if isinstance(number, int) and isinstance(constant, int) and -_EXACT <= number <= _EXACT >= constant >= -_EXACT:
        return _sign(number, constant)
    left, right = _decimal(number), _decimal(constant)
    if abs(left - right) > Decimal("1e-14") * max(abs(left), abs(right)) + Decimal("1e-30"):
        return _sign(left, right)
    return EQUAL if left == right and not isinstance(number, float) else ANY_ORDER


def _decimal(number: float | Decimal) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def _loose(value: Any, constant: Loose) -> Order:
    """A text whose type is the column's: it is read as whatever the row's value may be."""
    text = constant.text.strip()
    match value:
        case _ if not constant.whole:
            return _cut(value, constant.text)
        case bool():
            read = read_bool(text)
            return ANY_ORDER if read is None else _sign(value, read)
        case int() | float() | Decimal():
            number = read_number(text)
            return ANY_ORDER if number is None else _numbers(value, number)
        case str():
            as_texts = _texts(value, constant.text)
            return _unlike(value, text) if as_texts == DIFFERENT else as_texts
        case _:
            return ANY_ORDER


def _cut(value: Any, text: str) -> Order:
    """A text of a type of the target's own: an enum perhaps, or a domain that cuts it off or rounds it."""
    if not isinstance(value, str) or _texts(value, text) != DIFFERENT or text.startswith(value.rstrip(" ")):
        return ANY_ORDER
    return ANY_ORDER if _IS_AMBIGUOUS.fullmatch(value) or any(read(value) is not None for read in _FORMS) else DIFFERENT


def _unlike(value: str, text: str) -> Order:
    """Two different texts: whether they differ as well in all that the row's may be."""
    forms = [read for read in _FORMS if read(value) is not None]
    if not forms:
        return ANY_ORDER if _IS_AMBIGUOUS.fullmatch(value) else DIFFERENT
    pairs = [(read(value), read(text)) for read in forms]
    told = all(other is not None and _same_clock(one, other) and one != other for one, other in pairs)
    return DIFFERENT if told else ANY_ORDER


def _texts(value: Any, text: str) -> Order:
    """Texts; character(n) ignores spaces at the end, and a collation may ignore case and accents."""
    if not isinstance(value, str) or (value != text and _folded(value) == _folded(text)):
        return ANY_ORDER
    if value == text:
        return ANY_ORDER if value.endswith(" ") else EQUAL
    return DIFFERENT


@lru_cache(maxsize=1000)
def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.rstrip(" "))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
