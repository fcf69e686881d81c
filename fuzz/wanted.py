"""What a JSON document holds, if it is of the kind that is wanted there: a file may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as short
from typing import Any, TypeVar

_Kind = TypeVar("_Kind", str, int, list[Any], dict[str, Any])

_KINDS: Mapping[type, str] = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}
"""What is read of JSON is of just these types, so that neither true nor 1.0 passes for a whole number."""


class Unwanted(ValueError):
    """A document, or a part of it, is not what is wanted; the text is a clause that says what it is."""


def wanted(content: Any, kind: type[_Kind], what: str) -> _Kind:
    """A part of a document.

    Args:
        content: the part.
        kind: of which type it is wanted, as `json.loads` gives it.
        what: to call it in an error.

    Raises:
        Unwanted: it is of another.
    """
    if type(content) is not kind:
        raise Unwanted(f"{what} is {short(content)}, not {_KINDS[kind]}")
    return content


def field_of(content: Mapping[str, Any], name: str, kind: type[_Kind], what: str = "it") -> _Kind:
    """What an object has under a name.

    Args:
        content: the object.
        name: of the field.
        kind: of which type its value is wanted.
        what: to call the object in an error.

    Raises:
        Unwanted: there is none, or it is of another type.
    """
    if name not in content:
        raise Unwanted(f"{what} has no {name}")
    return wanted(content[name], kind, name)
