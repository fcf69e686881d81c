"""When the snapshot of a statement was taken: by the number of the step before which all it sees was committed."""

from __future__ import annotations

from collections.abc import Callable

from fuzz.history import Step
from fuzz.statements import Statement


def newest(step: Step) -> int:
    """The snapshot of what looks at all that is committed when a step is answered."""
    return step.settled + 1


def snapshots(step: Step, statement: Statement, held_up: Callable[[Step], bool]) -> tuple[int, ...]:
    """When the snapshot of a statement may have been taken, at READ COMMITTED.

    That is after it has locked its tables, but before it locks rows.

    Args:
        step: that sent it.
        statement: what it does.
        held_up: whether a step may have waited for a table.
    """
    if step.settled == step.number:
        return (step.number,)
    for_rows = statement.writes or statement.locks or any("advisory" in name for name in statement.functions)
    if not for_rows and statement.known:
        return (newest(step),)
    return (step.number, newest(step)) if held_up(step) or not statement.known else (step.number,)


def first_snapshots(step: Step, level: str) -> tuple[int, ...]:
    """When the snapshot of a transaction may have been taken, above READ COMMITTED, by its first statement.

    That is before it has locked its tables; but SERIALIZABLE READ ONLY DEFERRABLE waits for a snapshot that is safe.
    """
    waited = step.settled != step.number
    return (step.number, newest(step)) if waited and level == "ser" else (step.number,)


def locks_tables(statement: Statement) -> bool:
    """Whether a statement may lock a whole table, so that even those who only read wait for it."""
    by_name = bool(statement.locks) and any(lock.endswith("MODE") for lock in statement.locks.values())
    return not statement.known or by_name or empties_tables(statement)


def empties_tables(statement: Statement) -> bool:
    """Whether a statement takes all rows of a table away at once."""
    return bool(statement.writes) and any("TRUNCATE" in verbs for verbs in statement.writes.values())
