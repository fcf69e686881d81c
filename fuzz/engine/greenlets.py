"""Sessions as greenlets of one thread: the faster substrate."""

from __future__ import annotations

import sys
from asyncio import _get_running_loop, _set_running_loop
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
        """Give the turn back.

        The greenlet that stops may be one that SQLAlchemy has put on top of the act's own. An event loop that runs in
        it is hidden meanwhile: the thread has room for one that runs, and the next session's is to be it.
        """
        assert self._scheduler is not None
        self._inside = getcurrent()
        loop = _get_running_loop()
        if loop is None:
            return self._scheduler.switch(reason)
        hooks = sys.get_asyncgen_hooks()
        _set_running_loop(None)
        try:
            return self._scheduler.switch(reason)
        finally:
            _set_running_loop(loop)
            sys.set_asyncgen_hooks(*hooks)

    def dispose(self) -> None:
        """Nothing is held between two acts."""

    def _begin(self, act: Act) -> Any:
        self._runs_here()
        self._scheduler = getcurrent()
        self._inside = greenlet(act, parent=self._scheduler)
        return self._inside.switch()

    def _go_on(self, value: Any, error: BaseException | None) -> Any:
        assert self._inside is not None
        self._scheduler = getcurrent()
        return self._inside.switch(value) if error is None else self._inside.throw(error)
