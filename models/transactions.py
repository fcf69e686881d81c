"""A unit of work, run to its commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from models.holding import hold
from models.revisions import Expectation, Revisions, state

Result = TypeVar("Result")

ATTEMPTS = 21

RETRIED = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock detected
        "23503",  # foreign key violation: what was there at the check has been deleted, or used, since
        "23505",  # unique violation: what was free at the check has been taken since
    }
)


class Contention(Exception):
    """Other transactions got in the way at every attempt. No target declares it: trying again has to come to an end."""


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of a database error; None for any other exception."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


class Transactions:
    """Runs units of work, each from the start again when another session got in its way.

    Args:
        revisions: the plugin that counts what they change.
        attempts: how often a unit of work is begun before it is given up.
    """

    def __init__(self, revisions: Revisions | None = None, *, attempts: int = ATTEMPTS) -> None:
        self.revisions = revisions or Revisions()
        self.attempts = attempts

    def retriable(self, error: Exception) -> bool:
        """Whether a fresh attempt may do better."""
        return isinstance(error, StaleDataError | ObjectDeletedError) or sqlstate(error) in RETRIED

    def run(self, session: Session, work: Callable[[Session], Result], expected: Expectation | None = None) -> Result:
        """Do the work and commit it.

        Args:
            session: nothing else has been done with it in this transaction.
            work: from a session to a result; called anew, with an empty identity map, at each attempt.
            expected: the revision that the caller goes by, if it does.

        Raises:
            ServiceError: the work was refused; nothing has been written.
            Contention: no attempt came through.
        """
        hold(session)
        self.revisions.attach(session)
        state(session).expected = expected
        for _ in range(self.attempts):
            try:
                return self.attempt(session, work)
            except Exception as error:
                session.rollback()
                session.expunge_all()
                if not self.retriable(error):
                    raise
        # The database's own error is no part of the answer: it was one of many.
        raise Contention(f"gave up after {self.attempts} attempts")

    def attempt(self, session: Session, work: Callable[[Session], Result]) -> Result:
        """One transaction. The result is made inside it: afterwards, rows may be gone."""
        result = work(session)
        session.commit()
        return result
