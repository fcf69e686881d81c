"""What leaves an operation as an exception, and what it does to the session."""

from __future__ import annotations

from fuzz.violations.violation import Violation


class ErrorViolation(Violation):
    """An exception that the target does not declare left an operation, and no serial order gives it."""

    kind = "unhandled-error"
    check = "errors"


class ObjectDeleted(ErrorViolation):
    """ObjectDeletedError: an attribute was loaded of a row that another session had deleted."""

    kind = "object-deleted"


class StaleData(ErrorViolation):
    """StaleDataError: a flush matched fewer rows than it meant to change."""

    kind = "stale-data"


class IntegrityViolated(ErrorViolation):
    """IntegrityError: a constraint refused what a check before had let through."""

    kind = "integrity-error"


class PendingRollback(ErrorViolation):
    """PendingRollbackError: a session was used on after a failed flush, without a rollback."""

    kind = "pending-rollback"


class DetachedInstance(ErrorViolation):
    """DetachedInstanceError: an object was loaded from after its session had let it go."""

    kind = "detached-instance"


class Deadlock(ErrorViolation):
    """PostgreSQL ended a deadlock, and the operation did not try again."""

    kind = "deadlock"


class SerializationFailure(ErrorViolation):
    """PostgreSQL could not serialize a transaction, and the operation did not try again."""

    kind = "serialization-failure"


class VanishedRow(ErrorViolation):
    """A query that had found a row before found none, and the code went on with None."""

    kind = "vanished-row"


class HiddenError(Violation):
    """A database error that no serial order gives stands behind an exception that the target does declare."""

    kind = "hidden-error"
    check = "errors"


class SessionBroken(Violation):
    """A session does not work again after a failure and a rollback."""

    kind = "session-broken"
    check = "errors"


class Hung(Violation):
    """A session neither went on nor waited for another."""

    kind = "hung"
    check = "errors"
