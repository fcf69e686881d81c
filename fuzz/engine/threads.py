"""Sessions as threads that hand the turn over: for code that keeps what is a session's own by thread."""

from __future__ import annotations

import ctypes
import sys
import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from fuzz.engine.carrier import Abandoned, Act, Carrier, Overdue, end_if_forked, let_go_of_thread
from fuzz.engine.where import line_of


@dataclass(frozen=True, slots=True)
class _Raised:
    """What crosses over in place of a value, to be raised on the other side."""

    error: BaseException


class ThreadCarrier(Carrier):
    """Carries a session's code in one thread, that lives as long as the carrier does."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._acts: SimpleQueue[Act | None] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()
        self._stops: SimpleQueue[Any] = SimpleQueue()
        self._stopped = False
        self._is_to_end = False
        self._worker = threading.Thread(target=self._work, name=f"rowrace session {name}", daemon=True)

    @property
    def stopped(self) -> bool:
        """Whether it is in the middle of an act."""
        return self._stopped

    def stop(self, reason: Any) -> Any:
        """Give the turn back."""
        if self.lost:
            raise Abandoned
        self._stops.put(reason)
        return _opened(self._answers.get())

    def come_to_end(self, seconds: float) -> None:
        """Wait for the thread to come to its end, as what it waited for has been taken from it."""
        self._acts.put(None)
        self._worker.join(seconds)

    def dispose(self) -> None:
        """End the thread, once it has come to the end of its act; one that never does goes with the process."""
        if self._worker.is_alive():
            self._acts.put(None)
            if self.lost and not self._is_to_end:
                self._end()

    def _begin(self, act: Act) -> Any:
        if not self._worker.is_alive():
            self._worker.start()
        self._acts.put(act)
        return self._next()

    def _go_on(self, value: Any, error: BaseException | None) -> Any:
        self._answers.put(value if error is None else _Raised(error))
        return self._next()

    def _next(self) -> Any:
        try:
            reason = self._stops.get(timeout=min(self.limit, threading.TIMEOUT_MAX))
        except KeyboardInterrupt:  # what it stops with later is nobody's answer
            self._stopped, self.lost = False, True
            raise
        except Empty:
            self._stopped, self.lost = False, True
            where = line_of(sys._current_frames().get(self._thread))  # noqa: SLF001 - no other way
            if not self.probing:  # what it sends then is no step: it may be waiting in the driver, and is ended later
                self._end()
            raise Overdue(where) from None
        self._stopped = reason is not None and not isinstance(reason, _Raised)
        return _opened(reason)

    def _end(self) -> None:
        """End what the thread does, at its next line of Python; a wait in C is not ended."""
        self._is_to_end = True
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Abandoned))

    def _work(self) -> None:
        self._runs_here()
        while (act := self._acts.get()) is not None:
            ending = _ending(act)
            end_if_forked()
            self._stops.put(ending)
        let_go_of_thread()


def _ending(act: Act) -> _Raised | None:
    """Carry an act out; what it raised, if anything."""
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - it is raised again on the scheduler's side
        return _Raised(error)
    return None


def _opened(crossed: Any) -> Any:
    if isinstance(crossed, _Raised):
        raise crossed.error
    return crossed
