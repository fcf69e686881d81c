"""The isolation level, and what else rowrace sets, of a connection that leaves its pool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fuzz.engine.scheduled import UNKNOWN, Scheduled
from fuzz.postgres.settings import LOCK_TIMEOUT

_WITH_AN_INDEX = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")


def set_up(connection: Scheduled, adapted: Any, level: str) -> None:
    """Set the level; and where no session uses it, give up where a session holds a lock: that one stands still.

    Args:
        connection: it has left its pool.
        adapted: the same, as the dialect knows it.
        level: an isolation level, in PostgreSQL's words.
    """
    _tell_own_level(connection, adapted)
    wanted = (level, _lock_timeout(connection))
    if wanted == connection.settings:
        return
    cursor = adapted.cursor()
    for statement in _at_level(level):  # each driver has other placeholders
        cursor.execute(statement)
    if wanted[1] != connection.settings[1]:
        cursor.execute(f"SET lock_timeout = '{wanted[1]}'")
    cursor.close()
    adapted.commit()
    connection.settings = wanted


def _lock_timeout(connection: Scheduled) -> str:
    """Outside of sessions, rowrace's own; in a session none where that has been, and else what the server has."""
    if not connection.user:
        return LOCK_TIMEOUT
    before = connection.settings[1]
    return "0" if before == LOCK_TIMEOUT else before


def _tell_own_level(connection: Scheduled, adapted: Any) -> None:
    """Undo an execution option: SQLAlchemy puts its own default there, which is not the case's level."""
    level = connection.told_level(adapted)
    if connection.own_level is UNKNOWN:
        connection.own_level = level
    elif level != connection.own_level:
        connection.tell_level(adapted, connection.own_level)


def _at_level(level: str) -> Iterator[str]:
    """What sets a connection's isolation level.

    PostgreSQL watches what SERIALIZABLE transactions read by rows, by pages of indexes, or by whole tables, as their
    plans and the places of rows on pages would have it. Without indexes it is whole tables, in every run.
    """
    index = "off" if level == "serializable" else "on"
    settings = {"default_transaction_isolation": level, **dict.fromkeys(_WITH_AN_INDEX, index)}
    yield "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
    yield "DISCARD PLANS"
