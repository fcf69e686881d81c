"""What a call has committed and not taken back itself: who cleans up after a failure leaves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fuzz.history import History, Place, Write


def steps_left(history: History, place: Place) -> Sequence[int]:
    """The steps that committed changes of a call which no later commit of the same call takes back.

    Args:
        history: what happened.
        place: the call's.
    """
    left: list[tuple[int, Write]] = []
    for commit in history.commits:
        if (commit.session, commit.call) == place:
            for write in commit.writes:
                _add(left, commit.step, write)
    return sorted(step for step, _ in left)


def _add(left: list[tuple[int, Write]], step: int, write: Write) -> None:
    """Add a change, or make it one with an earlier one of the same row; nothing is left if they come to nothing."""
    for number, (first, earlier) in enumerate(left):
        if write.before is not None and (earlier.table, earlier.after) == (write.table, write.before):
            left.pop(number)
            step, write = first, replace(write, before=earlier.before)
            break
    if write.before != write.after:
        left.append((step, write))
