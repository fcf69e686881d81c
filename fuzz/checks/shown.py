"""Values for people: short, and of two that differ only the part in which they do."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from fuzz.binary import legible

_LONGEST = 60
"""Characters of a value."""

_KEPT = 10
"""Characters that are kept of a beginning that values have in common."""


def of_column(value: Any) -> str:
    """A value of a column."""
    return _short(_of_column(value))


def of_column_beside(values: Sequence[Any]) -> list[str]:
    """Values of one column that are not the same: a long beginning that all have is left out, so that this is seen."""
    texts = [_of_column(value) for value in values]
    begin = sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False)))
    if max(map(len, texts)) > _LONGEST and begin > _KEPT:
        texts = [f"...{text[begin - _KEPT :]}" for text in texts]
    return [_short(text) for text in texts]


def of_result(value: Any, telling: Collection[Hashable] = ()) -> str:
    """What a call returned.

    Args:
        value: what it was.
        telling: keys of a document, of which the others are left out; none: all are told.
    """
    if not telling:
        return _short(_python(value))
    told = _python({key: each for key, each in value.items() if key in telling})
    return f"{_short(told[:-1])}, ...}}"


def telling_keys(values: Sequence[Any]) -> Collection[Hashable]:
    """The keys of documents that do not have the same there; none, where they differ in all, or are no documents."""
    if not values or not all(isinstance(value, Mapping) and value.keys() == values[0].keys() for value in values):
        return ()
    found = [key for key in values[0] if any(value[key] != values[0][key] for value in values)]
    return found if len(found) < len(values[0]) else ()


def narrowed(one: Any, other: Any) -> tuple[str, Any, Any]:
    """Where two values differ.

    Args:
        one: a value; documents are mappings and sequences.
        other: another.

    Returns:
        The way to the one part in which they differ, as ".key" and "[place]", and what is there in each; where they
        differ in more, no way and the values themselves.
    """
    path = ""
    while len(keys := _keys_apart(one, other)) == 1:
        [key] = keys
        path += f"[{key}]" if isinstance(key, int) else f".{key}"
        one, other = one[key], other[key]
    return path, one, other


def _keys_apart(one: Any, other: Any) -> Sequence[Hashable]:
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        return [key for key in one if one[key] != other[key]]
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)) and len(one) == len(other):
        return [place for place, each in enumerate(one) if each != other[place]]
    return []


def _of_column(value: Any) -> str:
    if value is None:
        return "NULL"
    return legible(value) if isinstance(value, str) else _python(value)


def _python(value: Any) -> str:
    """As Python writes it, lists and tuples alike, keys sorted; what was left out of a comparison as three dots."""
    if value is ...:
        return "..."
    if isinstance(value, Mapping):
        items = sorted(value.items(), key=lambda item: str(item[0]))
        return f"{{{', '.join(f'{_python(key)}: {_python(each)}' for key, each in items)}}}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_python, value))}]"
    return repr(value) if isinstance(value, str) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
