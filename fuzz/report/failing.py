"""What is said of operations that fail by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def failing_alone(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each of them: it is a bug, but no race.

    Args:
        pairs: of an operation, and what it raises without any concurrency.
    """
    for operation, error in pairs:
        yield f"fails alone, so no race: {operation} raises {error}"
