"""Standard output, kept for the result: code under test may print, and a program is to read what `--json` prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

_OUT, _ERROR = 1, 2
"""File descriptors: a process that is started has these, whatever `sys.stdout` is."""


@contextmanager
def kept_for_result(wanted: bool) -> Iterator[None]:
    """Within it, what is written on standard output goes to standard error: also by the descriptor, or a new process.

    Args:
        wanted: whether it is to; else nothing is changed.
    """
    if not wanted:
        yield
        return
    outer = sys.stdout
    outer.flush()
    kept = os.dup(_OUT)
    os.dup2(_ERROR, _OUT)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        outer.flush()  # who has got hold of it before has written there
        os.dup2(kept, _OUT)
        os.close(kept)
