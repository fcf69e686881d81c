"""What rowrace raises in a thread that the target has started is told once, by rowrace: not as a traceback, too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from fuzz.errors import TargetError


class Hush:
    """Keeps threads quiet about it, from `begin` to `end`."""

    def __init__(self) -> None:
        self._outer: Callable[[Any], Any] | None = None

    def begin(self) -> None:
        """Hear of what threads end with."""
        self._outer, threading.excepthook = threading.excepthook, self._heard

    def end(self) -> None:
        """Leave it to who has heard of it before."""
        if self._outer is not None:
            threading.excepthook, self._outer = self._outer, None

    def _heard(self, ended: threading.ExceptHookArgs) -> None:
        if self._outer is not None and not issubclass(ended.exc_type, TargetError):
            self._outer(ended)
