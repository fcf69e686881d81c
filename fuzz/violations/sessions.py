"""What a call leaves behind in its session, or takes over from the one before."""

from __future__ import annotations

from fuzz.violations.violation import Violation


class StaleSessionRead(Violation):
    """What a session remembered of a row was written back or decided upon after another had replaced the row."""

    kind = "stale-session-read"
    check = "sessions"


class IdleInTransaction(Violation):
    """After a call, a connection is still in a transaction."""

    kind = "idle-in-transaction"
    check = "sessions"


class SessionLeftOpen(Violation):
    """After a call, a connection has not been given back to the pool."""

    kind = "session-left-open"
    check = "sessions"


class LockAcrossCalls(Violation):
    """A lock is held, or a transaction open, from one call to the next, though each has a session of its own."""

    kind = "lock-across-calls"
    check = "sessions"
