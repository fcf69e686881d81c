"""What lives through a campaign is not looked through for garbage after every few cases."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 100
"""How often what is younger is looked through before all is, ten times as often as usual: some five hundred cases."""


@contextmanager
def no_garbage_so_far() -> Iterator[None]:
    """Within it, what there is already is no garbage: libraries, models, tables of calls took a tenth of the time."""
    gc.collect()
    gc.freeze()
    youngest, young, old = gc.get_threshold()
    gc.set_threshold(youngest, young, max(old, _SELDOM))
    try:
        yield
    finally:
        gc.set_threshold(youngest, young, old)
        gc.unfreeze()
