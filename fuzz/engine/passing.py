"""Locks of asyncio that sessions pass by: instead of the one that they share, each session has one of its own.

So the tasks of one session still wait for each other, as they would in a process of their own.
"""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal
from unittest.mock import patch
from weakref import WeakKeyDictionary

from fuzz.engine.carrier import Carrier, current

_acquire, _release, _locked = Lock.acquire, Lock.release, Lock.locked

_OWN: WeakKeyDictionary[Lock, WeakKeyDictionary[Carrier, Lock]] = WeakKeyDictionary()
"""A lock -> what each session has in its place."""


def _own(lock: Lock) -> Lock:
    carrier = current()
    if carrier is None:
        return lock
    return _OWN.setdefault(lock, WeakKeyDictionary()).setdefault(carrier, Lock())


async def _acquire_own(lock: Lock) -> Literal[True]:
    return await _acquire(_own(lock))


def _release_own(lock: Lock) -> None:
    _release(_own(lock))


def _own_is_locked(lock: Lock) -> bool:
    return _locked(_own(lock))


@contextmanager
def async_locks_passed_by() -> Iterator[None]:
    """Within it, no session waits for a lock of asyncio that another holds."""
    with ExitStack() as patches:
        for name, own in (("acquire", _acquire_own), ("release", _release_own), ("locked", _own_is_locked)):
            patches.enter_context(patch.object(Lock, name, own))
        yield
