"""Advisory locks of a session of PostgreSQL: they outlive COMMIT, and go back to the pool with their connection."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from fuzz.accesses.segments import statement_of
from fuzz.history import History, Place, Step

_is_about_them = lru_cache(maxsize=1_000)(re.compile("advisory|discard", re.IGNORECASE).search)

_LOCKS = frozenset({"pg_advisory_lock", "pg_advisory_lock_shared"})
_TRIES = frozenset({"pg_try_advisory_lock", "pg_try_advisory_lock_shared"})
_UNLOCKS = frozenset({"pg_advisory_unlock", "pg_advisory_unlock_shared"})


def advisory_locks_held(history: History) -> Mapping[Place, Step]:
    """The calls that end with an advisory lock, each with a step that took one."""
    held: defaultdict[Place, defaultdict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for step in history.steps:
        if step.failure is None and _is_about_them(step.sql):
            _follow(step, held[step.session, step.call][step.connection])
    return {call: step for call, by_connection in held.items() for taken in by_connection.values() for step in taken}


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
