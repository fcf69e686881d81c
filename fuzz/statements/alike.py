"""Classes of values that may be equal: values of two classes are different, whatever their type is.

But for numbers and words: a word may be a way to write a number as a type of its own has it, as 10/8 is of an address.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any
from uuid import UUID

from fuzz.statements.values import DIFFERENT, Loose, order

Class = tuple[str, Hashable]
"""A kind, and what is equal for the values of that kind that may be equal."""

_ALIKE = {"number", "word"}
"""Kinds of which a value of one may equal one of the other."""

_EXACT_INTEGERS = 2**53
_LONGEST_NAME = 63
"""PostgreSQL cuts values of type name off there."""

_IS_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IS_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_IS_HEXADECIMAL = re.compile(r"[0-9a-f]{32}")
_MAY_BE_A_MOMENT = re.compile(r"[+-]?\d+[-:]")
_BOOLEANS = ("true", "false", "yes", "no", "on", "off")
_MOMENTS = frozenset({"now", "today", "tomorrow", "yesterday", "epoch", "allballs"})
_STRANGER = Loose("\x01")
"""A text that is no number, moment, address: what is certainly different from it is none of these either."""


def differ(one: Class, other: Class) -> bool:
    """Whether a value of one class is certainly different from one of another."""
    return one != other and (one[0] == other[0] or {one[0], other[0]} != _ALIKE)


def class_of(value: Any) -> Class | None:
    """The class of a value; None for one that has no kind.

    Args:
        value: of a row, as to_jsonb or psycopg's text format gives it, or a constant as `fuzz.statements.constants`
            gives it; not NULL.
    """
    match value:
        case UUID():
            return "uuid", str(value)
        case Loose(text, whole=True):
            return _class_of_text(text)
        case str():
            return _class_of_text(value)
        case int() if type(value) is int and abs(value) <= _EXACT_INTEGERS:
            return "number", value
        case _:
            return None


@lru_cache(maxsize=10_000)
def _class_of_text(text: str) -> Class | None:
    """The class of a text that may be of any type; of one that can be written in more than one way there is none."""
    word = text.rstrip(" ").lower()
    if _IS_UUID.fullmatch(word):
        return "uuid", word
    if _IS_INTEGER.fullmatch(word):
        return "number", int(word)
    if not text.isascii() or len(text) > _LONGEST_NAME or _may_be_written_otherwise(word):
        return None
    return ("word", word) if order(text, _STRANGER) == DIFFERENT else None


def _may_be_written_otherwise(word: str) -> bool:
    return bool(
        _IS_HEXADECIMAL.fullmatch(re.sub("[-{}]", "", word))
        or _MAY_BE_A_MOMENT.match(word)
        or word.strip() in _MOMENTS
        or any(boolean.startswith(word.strip()) for boolean in _BOOLEANS)
    )
