"""A database error that hides: behind a domain error, in a group of exceptions, or only in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fuzz.history import Failure

_ERRORS = frozenset({"sqlalchemy.exc.SQLAlchemyError", "psycopg.Error"})
_ANSWERS = frozenset({"sqlalchemy.exc.NoResultFound", "sqlalchemy.exc.MultipleResultsFound"})

_NAMED = re.compile(
    r"\b(?:psycopg2?|asyncpg|sqlalchemy)\.(?:\w+\.)*(\w+)"
    r"|\b(StaleDataError|ObjectDeletedError|PendingRollbackError|DetachedInstanceError|IntegrityError"
    r"|UniqueViolation|ForeignKeyViolation|NotNullViolation|DeadlockDetected|SerializationFailure)\b"
)
_WORDS = {
    "duplicate key value violates unique constraint": "UniqueViolation",
    "violates foreign key constraint": "ForeignKeyViolation",
    "violates not-null constraint": "NotNullViolation",
    "violates check constraint": "CheckViolation",
    "deadlock detected": "DeadlockDetected",
    "could not serialize access": "SerializationFailure",
    "expected to update": "StaleDataError",
    "expected to delete": "StaleDataError",
}
"""What PostgreSQL and SQLAlchemy write -> the exception that it is written of."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A database error that hides in another exception.

    Attributes:
        where: how it stands to that one, as a preposition: "behind" or "in the text of".
        name: its class's own name.
        text: its first line.
        sqlstate: PostgreSQL's code, where it is known.
    """

    where: str
    name: str
    text: str
    sqlstate: str


def hidden_in(failure: Failure) -> Hidden | None:
    """The nearest database error that hides in an exception.

    None is hidden by one that is a database error itself, nor where `from None` says that it was left out on purpose.
    """
    if _is_of_database(failure):
        return None
    for link in failure.chain():
        if _is_of_database(link):
            state = next((each.sqlstate for each in link.chain() if each.sqlstate), "")
            return Hidden("behind", link.name, _first_line(link.message), state)
    if failure.suppressed:
        return None
    told = next((name for link in failure.chain() if (name := _told(link.message))), "")
    return Hidden("in the text of", told, _first_line(failure.message), "") if told else None


def _is_of_database(failure: Failure) -> bool:
    """Whether SQLAlchemy or psycopg say that something went wrong; that a query found nothing is an answer."""
    return not _ANSWERS.intersection(failure.types) and bool(failure.sqlstate or _ERRORS.intersection(failure.types))


def _told(message: str) -> str:
    """The name of the database error that a text speaks of; empty where it speaks of none."""
    named = _NAMED.search(message)
    if named is not None:
        return named[1] or named[2]
    return next((name for words, name in _WORDS.items() if words in message), "")


def _first_line(message: str) -> str:
    return message.partition("\n")[0]
