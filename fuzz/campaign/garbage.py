"""What lives through a campaign is not looked through for garbage after every few cases."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_so_far() -> Iterator[None]:
    """Within it, what there is already is no garbage: libraries, models, tables of calls took a tenth of the time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
