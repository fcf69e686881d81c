"""What a call leaves behind: its connections are idle, in no transaction, and back in their pool."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.accesses.segments import segments
from fuzz.checks.advisory import advisory_locks_held
from fuzz.checks.evidence import Evidence
from fuzz.history import History, Outcome, Step
from fuzz.statements import parse
from fuzz.violations import IdleInTransaction, LockAcrossCalls, SessionLeftOpen, Violation


def check_sessions(of: Evidence) -> Iterator[Violation]:
    """A transaction that is still open after a call, with or without locks; a connection that is not given back."""
    locks = {} if of.rules.whole else advisory_locks_held(of.history)
    for outcome in of.history.outcomes:
        if (taken := locks.get((outcome.session, outcome.call))) is not None:
            yield _advisory_lock(outcome, taken)
        elif outcome.in_transaction:
            yield _open_transaction(outcome, _since(of.history, outcome))
        elif outcome.lent:
            yield SessionLeftOpen(
                f"{outcome.invocation} in session {outcome.session} has ended, but {_connections(outcome.lent)} not "
                "been given back to the pool: a session or connection was not closed.",
                operations=(outcome.invocation.operation,),
                shape=(),
            )


def _since(history: History, outcome: Outcome) -> list[Step]:
    """The steps of the transaction that is open when a call ends."""
    for segment in segments(history):
        steps = [step for step in segment.steps if step.number <= outcome.last]
        if segment.session == outcome.session and steps and segment.last.number > steps[-1].number:
            return steps
        if segment.session == outcome.session and steps and not segment.has_ended:
            return steps
    return []


def _open_transaction(outcome: Outcome, steps: list[Step]) -> Violation:
    who = f"{outcome.invocation} in session {outcome.session}"
    tables = sorted({table for step in steps for table in _locked(step)})
    marked = tuple(step.number for step in steps[-1:])
    if tables:
        return LockAcrossCalls(
            f"{who} has ended, but its transaction has not: it still holds locks in {', '.join(tables)}, and whoever "
            "wants these rows waits for as long as the connection lives.",
            operations=(outcome.invocation.operation,),
            shape=tuple(tables),
            steps=marked,
        )
    return IdleInTransaction(
        f"{who} has ended, but its transaction has not: the connection is idle in transaction, and keeps PostgreSQL "
        "from cleaning up behind it.",
        operations=(outcome.invocation.operation,),
        shape=(),
        steps=marked,
    )


def _advisory_lock(outcome: Outcome, taken: Step) -> Violation:
    return LockAcrossCalls(
        f"{outcome.invocation} in session {outcome.session} has ended, but its connection still holds the advisory "
        f"lock that it took at step {taken.number}: neither COMMIT nor the pool releases it.",
        operations=(outcome.invocation.operation,),
        shape=("advisory",),
        steps=(taken.number,),
    )


def _locked(step: Step) -> list[str]:
    statement = parse(step.sql)
    return [] if step.failure is not None else [*statement.writes, *statement.locks]


def _connections(number: int) -> str:
    return "one connection has" if number == 1 else f"{number} connections have"
