"""Sessions as greenlets of one thread: the faster substrate."""

from __future__ import annotations

import sys
from asyncio import _get_running_loop, _set_running_loop
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet

from fuzz.engine.carrier import Act, Carrier


class GreenletCarrier(Carrier):
    """Carries a session's code in a greenlet for each act."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._scheduler: greenlet | None = None
        self._inside: greenlet | None = None

    @property
    def stopped(self) -> bool:
        """Whether it is in the middle of an act."""
        return self._inside is not None and not self._inside.dead

    def stop(self, reason: Any) -> Any:
        """Give the turn back; the greenlet that stops may be one that SQLAlchemy has put on top of the act's own."""
        scheduler, self._inside = self._scheduler, getcurrent()
        assert scheduler is not None
        return _switch(lambda: scheduler.switch(reason))

    def come_to_end(self, seconds: float) -> None:
        """It has: who keeps the turn is ended by an exception in its own code."""

    def dispose(self) -> None:
        """Nothing is held between two acts."""

    def _begin(self, act: Act) -> Any:
        self._runs_here()
        self._scheduler = getcurrent()
        self._inside = greenlet(act, parent=self._scheduler)
        return _switch(self._inside.switch)

    def _go_on(self, value: Any, error: BaseException | None) -> Any:
        assert self._inside is not None
        inside, self._scheduler = self._inside, getcurrent()
        return _switch(lambda: inside.switch(value) if error is None else inside.throw(error))


def _switch(switch: Callable[[], Any]) -> Any:
    """Switch to another greenlet and back.

    An event loop that runs on this side is hidden meanwhile: the thread has room for one, and the other side, be it
    a session or the scheduler, is to have its own.
    """
    loop = _get_running_loop()
    if loop is None:
        return switch()
    hooks = sys.get_asyncgen_hooks()
    _set_running_loop(None)
    try:
        return switch()
    finally:
        _set_running_loop(loop)
        sys.set_asyncgen_hooks(*hooks)
