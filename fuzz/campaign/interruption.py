"""Ctrl-C is not lost.

What a signal raises while garbage is collected can end in a callback of the collection, where Python drops it; and
Hypothesis has such a callback. So it is remembered, too, and asked for before every case.
"""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

Told = TypeVar("Told")


class Interruption:
    """Whether the user has pressed Ctrl-C."""

    def __init__(self) -> None:
        self._seen = False
        self._is_held = False

    def note(self, number: int, frame: FrameType | None) -> Any:
        """The signal has come: go on as Python does, but for where nobody would hear of it.

        Raises:
            KeyboardInterrupt: outside of a collection's callback, and while it is not held.
        """
        self._seen = True
        if not self._is_held and not _is_in_collection(frame):
            signal.default_int_handler(number, frame)

    def told(self, events: Iterable[Told]) -> Iterator[Told]:
        """Events, each of which is heard to its end: whoever writes a finding must not be broken off.

        Raises:
            KeyboardInterrupt: the signal came while an event was heard, and now that is over.
        """
        for event in events:
            with self.held():
                yield event
            self.check()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within it, the signal is remembered only: what is done there must not be broken off."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def check(self) -> None:
        """Go on, unless the signal has come.

        Raises:
            KeyboardInterrupt: it has.
        """
        if self._seen:
            raise KeyboardInterrupt


def _is_in_collection(frame: FrameType | None) -> bool:
    codes = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code in codes:
            return True
        frame = frame.f_back
    return False


@contextmanager
def interruptions() -> Iterator[Interruption]:
    """Within it, Ctrl-C is remembered, where it is Python's to answer."""
    interruption = Interruption()
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interruption
        return
    signal.signal(signal.SIGINT, interruption.note)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
