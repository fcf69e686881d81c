"""What lives through a campaign is not looked through for garbage after every few cases."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNGEST = 20_000
"""Objects that are made before they are looked through, in many cases: what a case leaves is gone by then without
that, and to look after each case takes time for nothing."""


@contextmanager
def no_garbage_so_far() -> Iterator[None]:
    """Within it, what there is already is no garbage: libraries, models, tables of calls take long to look through."""
    gc.collect()
    gc.freeze()
    youngest, young, old = gc.get_threshold()
    gc.set_threshold(_YOUNGEST, young, old)
    try:
        yield
    finally:
        gc.set_threshold(youngest, young, old)
        gc.unfreeze()
