"""A serial order at another isolation level: where no transactions overlap, all levels come to the same.

A snapshot that is taken before a statement, or before the first of a transaction, shows the same rows if nobody commits
in between, and who meets nobody is not refused (PostgreSQL manual, 13.2). Code that asks for its level may still do
something else at another; so may a session that uses two connections, as its transactions may overlap by themselves.
"""

from __future__ import annotations

import re
from dataclasses import replace

from fuzz.history import History, Step

_ASKS = re.compile(r"isolation|\bSHOW\b|current_setting|pg_settings|snapshot", re.IGNORECASE)
"""Statements whose answer, or what follows them, may have to do with the level."""


def at_level(history: History, level: str) -> History | None:
    """What a serial order comes to at another level.

    Args:
        history: of a serial order.
        level: as a key of `fuzz.case.ISOLATION`.

    Returns:
        Its history there; None where that cannot be told without running it.
    """
    case = history.case
    if history.routines or history.paused or not all(_is_the_same(step, case.isolation) for step in history.steps):
        return None
    steps = tuple(step._replace(level=level) for step in history.steps)
    return replace(history, case=replace(case, isolation=level), steps=steps)


def _is_the_same(step: Step, level: str) -> bool:
    return step.connection == 0 and step.level == level and not _ASKS.search(step.sql)
