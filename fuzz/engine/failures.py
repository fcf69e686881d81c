"""Exceptions as data."""

from __future__ import annotations

from fuzz.history import Failure
from fuzz.plain import settled_text

_DEEPEST = 10
"""How many causes of an exception are kept."""

_LOCK_NOT_AVAILABLE = "55P03"


def failure_of(error: BaseException, depth: int = _DEEPEST) -> Failure:
    """An exception with what is behind it, without what differs from run to run."""
    types = tuple(
        f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__ if issubclass(kind, BaseException)
    )
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) and depth > 1 else ()
    return Failure(
        types,
        settled_text(_message(error)),
        str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""),  # pgcode: psycopg2's word
        failure_of(behind, depth - 1) if behind is not None and depth > 1 else None,
        tuple(failure_of(each, depth - 1) for each in inside),
        error.__suppress_context__ and error.__cause__ is None,
    )


def is_locked_out(failure: Failure) -> bool:
    """Whether a look at the tables was given up, as a session holds a lock on them: it tells nothing."""
    return any(link.sqlstate == _LOCK_NOT_AVAILABLE for link in failure.chain())


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # noqa: BLE001 - it is the target's __str__: whatever it raises is no error of ours
        return f"(its text cannot be had: {type(broken).__name__})"
