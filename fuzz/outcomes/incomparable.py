"""Results that compare by the name of their type alone, so that a warning can be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fuzz.history import History
from fuzz.plain import Opaque


def incomparable(history: History) -> frozenset[tuple[str, str]]:
    """The operations that returned such values: (operation, name of the type) pairs."""
    return frozenset(
        (outcome.invocation.operation, name) for outcome in history.outcomes for name in _names(outcome.result)
    )


def _names(result: Any) -> Iterator[str]:
    if isinstance(result, Opaque):
        yield result[1:-1]
    elif isinstance(result, Mapping):
        for item in result.items():
            yield from _names(item)
    elif isinstance(result, tuple):
        for item in result:
            yield from _names(item)
