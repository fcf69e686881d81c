"""Sees whether code keeps sessions or connections by thread: those that share a thread would share what it keeps.

A module makes its registry while it is imported, in `open`, in the seed, or when it is first asked for a session; or it
keeps sessions in a `threading.local` of its own, mostly for as long as a request lasts. So it is looked for in what
there is, and then watched for. Threads where they were not needed cost time only.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch
from weakref import WeakSet

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool, PoolProxiedConnection, SingletonThreadPool
from sqlalchemy.util import ThreadLocalRegistry

_KEEPERS = (ThreadLocalRegistry, SingletonThreadPool)

_KEPT = (Session, Connection, PoolProxiedConnection, AsyncSession, AsyncConnection)


class ByThread:
    """What has been seen of it.

    Attributes:
        found: whether anything has been.
    """

    def __init__(self) -> None:
        self.found = False
        self._locals: WeakSet[threading.local] = WeakSet()

    def look(self) -> None:
        """Look through all that there is in this process."""
        everything = gc.get_objects()
        self.found = self.found or any(isinstance(each, _KEEPERS) for each in everything)
        self._locals.update(each for each in everything if isinstance(each, threading.local))
        self._look_into_locals()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within it, which must be one thread's, whatever is made and kept is seen."""
        with ExitStack() as watches:
            for keeper in _KEEPERS:
                watches.enter_context(patch.object(keeper, "__init__", self._noting(keeper.__init__)))
            event.listen(Pool, "checkout", self._checkout)
            watches.callback(event.remove, Pool, "checkout", self._checkout)
            yield
        self._look_into_locals()

    def _noting(self, make: Callable[..., None]) -> Callable[..., None]:
        @wraps(make)
        def made(*args: Any, **options: Any) -> None:
            self.found = True
            make(*args, **options)

        return made

    def _checkout(self, *_: Any) -> None:
        """A session that is kept for a request has come to its first statement."""
        self._look_into_locals()

    def _look_into_locals(self) -> None:
        kept = (value for local in self._locals for value in vars(local).values())
        self.found = self.found or any(isinstance(value, _KEPT) for value in kept)
