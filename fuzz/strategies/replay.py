"""Replay: as it was before."""

from __future__ import annotations

from collections.abc import Iterable

from fuzz.strategies.strategy import Turn


class Replay:
    """Follows a schedule.

    Args:
        schedule: sessions, step by step; one that cannot go on is passed over.
    """

    def __init__(self, schedule: Iterable[str]) -> None:
        self._schedule = iter(schedule)

    def choose(self, turn: Turn) -> str:
        """Who is next in the schedule; the first that is ready when it has run out."""
        return next((session for session in self._schedule if session in turn.ready), turn.ready[0])
