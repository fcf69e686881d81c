"""Which connection an engine hands out: the one that came back last.

By default it is the one that has been back for longest, so that which it is, of those that a session uses by turns,
would depend on how many earlier cases have left in the pool.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy.util import memoized_property
from sqlalchemy.util.queue import AsyncAdaptedQueue, Queue


def hand_out_the_last() -> None:
    """Have every engine's pool work as with `pool_use_lifo`, also those that the target has made already."""

    def _get(queue: Any) -> Any:
        return queue.queue.pop()

    def _queue(queue: Any) -> asyncio.LifoQueue[Any]:
        return asyncio.LifoQueue(maxsize=queue.maxsize)

    threads: Any = Queue
    threads._get = _get  # noqa: SLF001 - a pool takes this setting only when it is made
    loops: Any = AsyncAdaptedQueue
    waiting = memoized_property(_queue)
    loops._queue = waiting  # noqa: SLF001 - as above
