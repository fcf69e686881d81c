"""Connections that a session's code makes by a driver itself, past SQLAlchemy: nobody could schedule what they send.

psycopg is looked at when a connection waits for an answer, wherever it was made; the others when they connect.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from fuzz.engine.carrier import current, is_foreign
from fuzz.engine.scheduled import Scheduled

Refuse = Callable[[str, str], None]
"""Is told the driver and the database; raises, where that is one in which nobody may do so."""

_Guard = Callable[[Callable[..., Any], Refuse], Callable[..., Any]]


class Bypasses:
    """Watches drivers, as soon as they have been imported.

    Args:
        refuse: is told of what sessions do with them.
    """

    def __init__(self, refuse: Refuse) -> None:
        self._refuse = refuse
        self._guarded: dict[tuple[str, str], tuple[Any, str, Any]] = {}

    def watch(self) -> None:
        """Watch what has been imported since."""
        for module, owner, name, guard in _PLACES:
            if module in sys.modules and (module, owner) not in self._guarded:
                place = getattr(sys.modules[module], owner) if owner else sys.modules[module]
                own = getattr(place, name)
                self._guarded[module, owner] = (place, name, own)
                setattr(place, name, wraps(own)(guard(own, self._refuse)))

    def close(self) -> None:
        """Leave all drivers as they were."""
        for place, name, own in self._guarded.values():
            setattr(place, name, own)
        self._guarded.clear()


def _of_psycopg(wait: Callable[..., Any], refuse: Refuse) -> Callable[..., Any]:
    def guarded(connection: psycopg.BaseConnection[Any], generator: Any, *args: Any, **options: Any) -> Any:
        if not isinstance(connection, Scheduled) and _is_of_a_session() and not _ends_nothing(connection, generator):
            refuse("psycopg", connection.pgconn.db.decode())
        return wait(connection, generator, *args, **options)

    return guarded


def _of_psycopg2(connect: Callable[..., Any], refuse: Refuse) -> Callable[..., Any]:
    def guarded(dsn: str, connection_factory: Any = None, **options: Any) -> Any:
        if not _is_scheduled(connection_factory) and _is_of_a_session():
            refuse("psycopg2", database_in(dsn))
        return connect(dsn, connection_factory=connection_factory, **options)

    return guarded


def _of_asyncpg(connect: Callable[..., Any], refuse: Refuse) -> Callable[..., Any]:
    def guarded(**options: Any) -> Any:
        if not _is_scheduled(options.get("connection_class")) and _is_of_a_session():
            refuse("asyncpg", options.get("database") or database_in(options.get("dsn") or ""))
        return connect(**options)

    return guarded


_PLACES: tuple[tuple[str, str, str, _Guard], ...] = (
    ("psycopg", "Connection", "wait", _of_psycopg),
    ("psycopg", "AsyncConnection", "wait", _of_psycopg),
    ("psycopg2", "", "_connect", _of_psycopg2),
    ("asyncpg.connect_utils", "", "_connect", _of_asyncpg),
)
"""Module, class, function that all goes through, and what watches it."""


def _is_of_a_session() -> bool:
    """Whether this is a session's code, or that of a thread that it has started."""
    carrier = current()
    return is_foreign() if carrier is None else not carrier.probing


def _ends_nothing(connection: psycopg.BaseConnection[Any], generator: Any) -> bool:
    """Whether it is a COMMIT or ROLLBACK that sends nothing, as at the end of a `with` whose statement was refused."""
    is_end = getattr(generator, "__name__", "") in {"_commit_gen", "_rollback_gen"}
    return is_end and connection.pgconn.transaction_status == TransactionStatus.IDLE


def _is_scheduled(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Scheduled)


def database_in(dsn: str) -> str:
    """The database that a connection string or URL names; "" where it names none, or is no such thing."""
    try:
        return str(conninfo_to_dict(dsn).get("dbname") or "")
    except psycopg.ProgrammingError:
        return ""
