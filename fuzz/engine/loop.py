"""A session's event loop: where it has nothing to do until another session goes on, it gives the turn back."""

from __future__ import annotations

import asyncio
from asyncio import mixins
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from selectors import DefaultSelector, SelectorKey
from typing import Any
from unittest.mock import patch

from fuzz.engine.carrier import current
from fuzz.engine.locks import LOCK, Pause
from fuzz.engine.passing import async_locks_passed_by
from fuzz.engine.where import waiting_line, waits_for_lock

PATIENCE = 0.02
"""Seconds that a loop is given for what its own threads and sockets bring, before others are let go on."""


PATIENCE_WITH_SERVER = 1.0
"""The same where the server is to answer what is no step: it does at once, but for a locked table or a busy machine."""


class InFlight:
    """Why a session stops whose exchange is under way: nothing can be read yet."""


class SessionLoop(asyncio.SelectorEventLoop):
    """An event loop of a session. It sleeps in earnest: nobody else goes on meanwhile, as in any code of a session.

    Attributes:
        in_flight: whether a driver that reads its answers by this loop waits for one.
        asking: how many exchanges are under way that are no steps.
        exchanges: held by the task whose exchange that is.
    """

    def __init__(self) -> None:
        super().__init__(_SessionSelector(self))
        self.in_flight = False
        self.asking = 0
        self.exchanges = asyncio.Lock()

    @property
    def has_work(self) -> bool:
        """Whether something can run at once."""
        ready: Any = self._ready  # type: ignore[attr-defined]  # what call_soon fills
        return bool(ready)


class _SessionSelector(DefaultSelector):
    def __init__(self, loop: SessionLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        carrier = current()
        if self._loop.in_flight and carrier is not None:
            while not (events := super().select(0)) and not self._loop.has_work:
                carrier.stop(InFlight())
            return events
        if timeout is not None or carrier is None or carrier.probing:
            return super().select(timeout)
        while not (events := super().select(self._patience())) and not self._loop.has_work:
            carrier.stop(self._pause())
        return events

    def _patience(self) -> float:
        return PATIENCE_WITH_SERVER if self._loop.asking else PATIENCE

    def _pause(self) -> Pause:
        tasks = asyncio.all_tasks(self._loop)
        what = LOCK if any(map(waits_for_lock, tasks)) else "something in Python"
        return Pause(self._is_ready, what, next(filter(None, map(waiting_line, tasks)), ""))

    def _is_ready(self) -> bool:
        return self._loop.has_work or bool(super().select(0))


@contextmanager
def loops_of_sessions(*, passed_by: bool = False) -> Iterator[None]:
    """Within it, locks and queues of asyncio may be shared by the event loops of several sessions.

    Each session has a loop of its own, as if it were a process; what a module keeps would refuse all but the first.

    Args:
        passed_by: whether sessions do not wait for the locks among them.
    """
    shared = patch.object(mixins._LoopBoundMixin, "_get_loop", _running)  # noqa: SLF001 - where asyncio looks whose it is
    with shared, async_locks_passed_by() if passed_by else nullcontext():
        yield


def _running(_shared: object) -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()
