"""Advisory locks of a session of PostgreSQL: they outlive COMMIT, and go back to the pool with their connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fuzz.accesses.segments import statement_of
from fuzz.history import Step

_LOCKS = frozenset({"pg_advisory_lock", "pg_advisory_lock_shared"})
_TRIES = frozenset({"pg_try_advisory_lock", "pg_try_advisory_lock_shared"})
_UNLOCKS = frozenset({"pg_advisory_unlock", "pg_advisory_unlock_shared"})


def advisory_lock_held(steps: Iterable[Step]) -> Step | None:
    """The step that took an advisory lock which is still held after some steps; None where there is none.

    Args:
        steps: of one call.
    """
    held: defaultdict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if step.failure is None:
            _follow(step, held[step.connection])
    return next((step for taken in held.values() for step in taken), None)


def _follow(step: Step, held: list[Step]) -> None:
    statement = statement_of(step)
    functions = {name.rpartition(".")[2] for name in statement.functions}
    if functions & _LOCKS or (functions & _TRIES and _said_yes(step)):
        held.append(step)
    if functions & _UNLOCKS and held:
        held.pop()
    if "pg_advisory_unlock_all" in functions or statement.verb == "DISCARD":
        held.clear()


def _said_yes(step: Step) -> bool:
    return any("t" in row for row in step.rows)
