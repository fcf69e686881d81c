"""What was worked out of the last thing that was asked about: questions about a history, or a schema, come together."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Thing = TypeVar("Thing")
Found = TypeVar("Found")


def of_the_last(work: Callable[[Thing], Found]) -> Callable[[Thing], Found]:
    """Have work done once as long as it is asked for with the same thing.

    Args:
        work: comes to the same whenever it is done; nobody changes what it has come to.

    Returns:
        The work, remembered for one thing, which is known by its identity: histories and mappings have no hash.
    """
    last: list[tuple[Thing, Found]] = []

    @wraps(work)
    def remembered(thing: Thing) -> Found:
        if not last or last[0][0] is not thing:
            last[:] = [(thing, work(thing))]
        return last[0][1]

    return remembered
