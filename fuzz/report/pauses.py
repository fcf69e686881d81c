"""What is said of sessions that waited for each other in Python, where rowrace has no say."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.checks.counts import Waits
from fuzz.engine.locks import LOCK


def pauses(waited: Waits) -> Iterator[str]:
    """A line for each of them, with the way out."""
    for (operation, what), times in sorted(waited.items()):
        passed_by = ", or set `locks_passed_by = True`" if what.startswith(LOCK) else ""
        yield (
            f"waited in Python, not in the database: {operation} for {what} ({times} times); sessions of two "
            f"processes would not: give each a service object of its own in `open`{passed_by}"
        )
