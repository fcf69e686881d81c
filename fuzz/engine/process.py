"""What the target's code does to the process that it shares with rowrace.

What rowrace raises in a thread that the target has started is told once, by rowrace: not as a traceback, too. And a
session's code that ends the process is refused: whoever had called rowrace would read the status as its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from fuzz.engine.carrier import current
from fuzz.errors import TargetError


class Process:
    """Looks after it, from `begin` to `end`.

    Args:
        refuse: called when a session's code is about to end the process; raises.
    """

    def __init__(self, refuse: Callable[[], None]) -> None:
        self._refuse = refuse
        self._outer: Callable[[Any], Any] = threading.excepthook
        self._exit: Callable[[int], Any] = os._exit

    def begin(self) -> None:
        """Hear of what threads end with, and of who ends the process."""
        self._outer, threading.excepthook = threading.excepthook, self._heard
        self._exit, os._exit = os._exit, self._ends  # type: ignore[assignment]  # its type says that it never returns

    def end(self) -> None:
        """Leave both to who has heard of them before."""
        threading.excepthook, os._exit = self._outer, self._exit  # type: ignore[assignment]  # as above

    def _heard(self, ended: threading.ExceptHookArgs) -> None:
        if not issubclass(ended.exc_type, TargetError):
            self._outer(ended)

    def _ends(self, status: int) -> None:
        if current() is not None:
            self._refuse()
        self._exit(status)
