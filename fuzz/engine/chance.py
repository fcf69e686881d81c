"""The clock and the dice are ours, so that a case replays byte for byte.

Every reading of the clock advances it, and no two sessions read the same: a clock that stands still makes findings
that are not there, where code takes a time for a revision. Each session draws from its own stream.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from types import FrameType
from typing import Any, SupportsIndex

import time_machine

from fuzz.engine.carrier import current

EPOCH = datetime(2030, 1, 1, tzinfo=UTC)
"""What a case's clock shows first."""

SEEDED = EPOCH - timedelta(minutes=2)
"""What the clock shows first while rows are seeded: no case reads again what a seed of 100,000 rows has read."""

TICK = 1_000_000
"""Nanoseconds between two readings."""

_system_urandom = os.urandom
_system_sleep = time.sleep


class Dice:
    """One session's stream of random numbers.

    Args:
        seed: of the case.
        name: of the session.

    Attributes:
        draws: what `urandom` has given so far.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._stream = f"{seed}/{name}"
        self._state = _first_state(f"{self._stream}/numbers")
        self.draws: list[bytes] = []

    @cached_property
    def _bytes(self) -> random.Random:
        found = random.Random(0)  # noqa: S311 - it must repeat
        found.setstate(_first_state(f"{self._stream}/bytes"))
        return found

    def urandom(self, size: int) -> bytes:
        """In place of `os.urandom`, which is underneath `uuid4` and `secrets`."""
        draw = self._bytes.randbytes(size)
        self.draws.append(draw)
        return draw

    def take(self) -> None:
        """Make the module `random` draw from this stream."""
        random.setstate(self._state)

    def lay_down(self) -> None:
        """Keep the place that the module `random` has reached in this stream."""
        self._state = random.getstate()


@lru_cache(maxsize=100)
def _first_state(seed: str) -> tuple[Any, ...]:
    """What a stream begins with: cases of one seed follow each other, and to seed takes as long as two statements."""
    return random.Random(seed).getstate()  # noqa: S311 - it must repeat


class _Rolling:
    """Whose dice `os.urandom` throws now."""

    current: Dice | None = None


def hand_over(dice: Dice | None) -> None:
    """From now on this session's dice are thrown; None: the machine's."""
    if _Rolling.current is dice:
        return
    if _Rolling.current is not None:
        _Rolling.current.lay_down()
    _Rolling.current = dice
    if dice is not None:
        dice.take()


def _urandom(size: int, /) -> bytes:
    dice = _Rolling.current
    if dice is None or _asks_for_itself(sys._getframe(1)):  # noqa: SLF001 - inspect.stack() reads every source file
        return _system_urandom(size)
    return dice.urandom(size)


def _asks_for_itself(frame: FrameType) -> bool:
    """Whether SQLAlchemy draws a name for itself: it does so once for each statement it compiles, and caches that."""
    return str(frame.f_globals.get("__name__", "")).startswith("sqlalchemy.")


class _Clock:
    """How to have the case's clock go on by so many nanoseconds; None outside of cases."""

    go_on: Callable[[int], object] | None = None


def _sleep(seconds: float | SupportsIndex, /) -> None:
    """In place of `time.sleep`: a session that sleeps finds the clock later, and keeps nobody waiting."""
    length = float(seconds)
    if length < 0 or _Clock.go_on is None or current() is None:
        _system_sleep(length)
    else:
        _Clock.go_on(int(length * 1e9))


@contextmanager
def sleep_by_the_clock() -> Iterator[None]:
    """Within it, `time.sleep` is ours, which knows whether a session sleeps; modules that are imported keep it."""
    outer, time.sleep = time.sleep, _sleep
    try:
        yield
    finally:
        time.sleep = outer


@contextmanager
def seeding_clock_and_dice(name: str = "", clock_shows: datetime = SEEDED) -> Iterator[None]:
    """Within it, time and chance are what they are in every process while there is no case yet.

    Args:
        name: of the session that something is done for; "": for all.
        clock_shows: at first.
    """
    with own_clock_and_dice(clock_shows):
        hand_over(Dice(0, name))
        yield


@contextmanager
def own_clock_and_dice(clock_shows: datetime) -> Iterator[None]:
    """Within it, time and chance are the case's; monotonic clocks stay real.

    Args:
        clock_shows: at first.
    """
    state = random.getstate()
    patched: Any = random
    traveller = time_machine.travel(clock_shows, tick=False)
    clock = traveller.start()
    reading = clock.time_ns()

    def advance(by: int = TICK) -> int:
        nonlocal reading
        reading += by
        return reading

    outer, _Clock.go_on = _Clock.go_on, advance
    clock.time_ns = advance  # type: ignore[method-assign]  # its public ways move the clock, but not by reading it
    os.urandom, patched._urandom = _urandom, _urandom  # noqa: SLF001 - secrets draws from random's own name for it
    try:
        with sleep_by_the_clock():
            yield
    finally:
        _Clock.go_on = outer
        hand_over(None)
        os.urandom, patched._urandom = _system_urandom, _system_urandom  # noqa: SLF001 - as above
        traveller.stop()
        random.setstate(state)
