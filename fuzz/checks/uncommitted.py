"""Calls that commit nothing: they wrote, returned, and what they wrote was undone when their session was closed."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.accesses.attribution import rows_written
from fuzz.history import History, Place, Step

_WRITES = {"INSERT", "UPDATE", "DELETE", "MERGE"}


def uncommitted(history: History) -> Iterator[str]:
    """The operation of each such call; one that rolls back by itself, or fails, means it."""
    for outcome in history.outcomes:
        place = outcome.session, outcome.call
        if outcome.failure is None and _is_undone_at_close(history, place):
            yield outcome.invocation.operation


def _is_undone_at_close(history: History, place: Place) -> bool:
    written: set[int] = set()
    for step in history.steps:
        if (step.session, step.call) != place:
            continue
        if _has_written(step):
            written.add(step.connection)
        if not step.ends:
            continue
        if step.connection in written and step.sql == "ROLLBACK" and not step.where:  # so no line of the code sent it
            return True
        written.discard(step.connection)
    return False


def _has_written(step: Step) -> bool:
    return step.tag.partition(" ")[0] in _WRITES and bool(rows_written(step))
