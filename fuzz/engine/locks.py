"""Locks in Python that sessions share: who finds one taken by another session gives the turn back.

A session that stands still may hold a lock. Were another to wait for it in earnest, nothing would go on: both run in
one thread, or one at a time. So the factories of `threading` make these locks while a target is imported and while
its code runs; queues, events and conditions are made of them. Outside of sessions they are like any other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from fuzz.engine.carrier import current
from fuzz.engine.where import calling_line

_real_lock = threading.Lock

LOCK = "a lock in Python"
"""What is waited for, in a `Pause`: what `Target.locks_passed_by` is about."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A session waits for something in this process that is no answer of the server.

    Attributes:
        ready: whether it can go on.
        what: it waits for.
        where: "file.py:line" of the target's own code that waits.
        expires: whether it waits for a while only: that is over when no other session can go on.
        hides: whether sessions of two processes would not wait for it, so that races behind it are not seen.
    """

    ready: Callable[[], bool]
    what: str
    where: str
    expires: bool = False
    hides: bool = True


class SessionLock:
    """In place of `threading.Lock`.

    Args:
        passable: whether sessions pass it by where the target asks for that.
    """

    def __init__(self, *, passable: bool = True) -> None:
        self._real = _real_lock()
        self._passable = passable
        self._passed: list[object] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """As `threading.Lock.acquire`."""
        if self._real.acquire(blocking=False):
            return True
        carrier = current()
        if not blocking or carrier is None or carrier.probing:
            return self._real.acquire(blocking, timeout)
        if self._passable and _Passing.by:
            self._passed.append(carrier)
            return True
        deadline = monotonic() + timeout if timeout >= 0 else None
        while not self._real.acquire(blocking=False):
            if deadline is not None and monotonic() > deadline:
                return False
            carrier.stop(Pause(lambda: self._is_free(deadline), LOCK, calling_line()))
        return True

    def release(self) -> None:
        """As `threading.Lock.release`."""
        carrier = current()
        if carrier is not None and carrier in self._passed:
            self._passed.remove(carrier)
        else:
            self._real.release()

    def locked(self) -> bool:
        """As `threading.Lock.locked`."""
        return self._real.locked()

    def _is_free(self, deadline: float | None) -> bool:
        return not self._real.locked() or (deadline is not None and monotonic() > deadline)

    def _at_fork_reinit(self) -> None:
        self._real = _real_lock()
        self._passed.clear()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class SessionRLock:
    """In place of `threading.RLock`; its owner is a session, or, outside of all, a thread."""

    def __init__(self) -> None:
        self._lock = SessionLock()
        self._held: dict[object, int] = {}

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """As `threading.RLock.acquire`."""
        owner = _owner()
        if owner not in self._held and not self._lock.acquire(blocking, timeout):
            return False
        self._held[owner] = self._held.get(owner, 0) + 1
        return True

    def release(self) -> None:
        """As `threading.RLock.release`."""
        owner = _owner()
        if owner not in self._held:
            raise RuntimeError("cannot release un-acquired lock")
        self._held[owner] -= 1
        if not self._held[owner]:
            self._free(owner)

    def _free(self, owner: object) -> int:
        held = self._held.pop(owner)
        self._lock.release()
        return held

    # What threading.Condition and multiprocessing's resource tracker ask of a lock that can be taken more than once.

    def _recursion_count(self) -> int:
        return self._held.get(_owner(), 0)

    def _is_owned(self) -> bool:
        return _owner() in self._held

    def _release_save(self) -> tuple[object, int]:
        owner = _owner()
        return owner, self._free(owner)

    def _acquire_restore(self, state: tuple[object, int]) -> None:
        self._lock.acquire()
        owner, held = state
        self._held[owner] = held

    def _at_fork_reinit(self) -> None:
        self._lock = SessionLock()
        self._held.clear()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class _Passing:
    """Whether sessions pass by locks that another holds, as if each were a process of its own."""

    by = False


@contextmanager
def locks_of_sessions(*, passed_by: bool = False) -> Iterator[None]:
    """Within it, `threading` makes locks that sessions can wait for.

    Args:
        passed_by: whether sessions do not wait for them.
    """
    module: Any = threading
    before = {name: getattr(module, name) for name in ("Lock", "RLock", "_allocate_lock")}
    outer, _Passing.by = _Passing.by, passed_by
    module.Lock = module._allocate_lock = SessionLock  # noqa: SLF001 - what conditions take their waiters' locks from
    module.RLock = SessionRLock
    try:
        yield
    finally:
        _Passing.by = outer
        for name, factory in before.items():
            setattr(module, name, factory)


def _owner() -> object:
    return current() or threading.get_ident()
