"""Garbage is collected between runs, so that a case replays the same way.

SQLAlchemy's sessions hold their objects weakly. One that is in a circle, as parents and children are, stays in its
session until the collector comes by; what the session has need not be selected. So when that is would be part of a
case.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Within it, the collector comes by only when it is called."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
