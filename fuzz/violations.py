"""What can be wrong with a target's behaviour: one exception class per kind.

They are the target's failures and never the tool's (`fuzz.errors`). Hypothesis tells failures apart by their class,
so each kind has its own.
"""

from __future__ import annotations

import hashlib
from typing import ClassVar


class Violation(Exception):
    """Something is wrong with a history.

    Args:
        story: why, in a short paragraph that needs no textbook.
        operations: the operations at fault, by name.
        shape: what else makes two violations of a kind the same bug: exception types, tables. Nothing that differs
            from machine to machine or with the target's place.
        steps: the numbers of the steps that show it.
    """

    kind: ClassVar[str]
    check: ClassVar[str]

    def __init__(
        self, story: str, *, operations: tuple[str, ...], shape: tuple[str, ...], steps: tuple[int, ...] = ()
    ) -> None:
        super().__init__(story)
        self.story = story
        self.operations = operations
        self.shape = shape
        self.steps = steps

    @property
    def signature(self) -> str:
        """Eight hexadecimal digits: same bug, same signature, on every machine."""
        content = "\n".join((self.kind, *sorted(self.operations), *self.shape))
        return hashlib.sha256(content.encode()).hexdigest()[:8]


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


class RevisionDecreased(Violation):
    """A committed revision number is lower than the one before."""

    kind = "revision-decreased"
    check = "revisions"


class StuckRevision(Violation):
    """A row, or a child that revises it, changed, and the committed revision number did not grow."""

    kind = "stuck-revision"
    check = "revisions"


class SkippedRevision(Violation):
    """One transaction took a revision number further than by one."""

    kind = "skipped-revision"
    check = "revisions"


class NeedlessBump(Violation):
    """A revision number grew though nothing changed."""

    kind = "needless-bump"
    check = "revisions"


class WrongRevisionReturned(Violation):
    """A call returned another revision number than it committed."""

    kind = "wrong-revision-returned"
    check = "revisions"


class BrokenInvariant(Violation):
    """A committed state breaks an invariant of the target."""

    kind = "broken-invariant"
    check = "invariants"
