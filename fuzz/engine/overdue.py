"""Ends a session's code that keeps the turn: an endless loop, or a wait for what no other session can bring.

Python code is interrupted from outside by a signal alone, and that reaches the main thread only. Sessions that are
greenlets run there; those that are threads are waited for with a time limit instead (`fuzz.engine.threads`).
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

from fuzz.engine.carrier import Overdue, late
from fuzz.engine.where import line_of

_SIGNAL = signal.SIGUSR2

_GLANCE = 0.25
"""Seconds between two looks."""


class Watch:
    """Looks, from a thread of its own, whether a session keeps the turn; outside of the main thread it sees none."""

    def __init__(self) -> None:
        self._closed = threading.Event()
        self._is_on = threading.current_thread() is threading.main_thread()
        if self._is_on:
            self._before = signal.signal(_SIGNAL, _end)
            threading.Thread(target=self._look, name="rowrace watch", daemon=True).start()

    def close(self) -> None:
        """Look no longer."""
        self._closed.set()
        if self._is_on and threading.current_thread() is threading.main_thread():
            signal.signal(_SIGNAL, self._before)

    def _look(self) -> None:
        main = threading.main_thread().ident
        while not self._closed.wait(_GLANCE):
            carrier = late()
            if main is not None and carrier is not None and carrier.runs_in(main):
                signal.pthread_kill(main, _SIGNAL)


def _end(_signal: int, frame: FrameType | None) -> None:
    if late() is not None:  # else it has given the turn back just now
        raise Overdue(line_of(frame))
