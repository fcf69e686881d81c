"""What a session's code runs in, and how it stops in the middle of it to give the turn back.

Only one session's code runs at any moment. What it uses asks `current()` whose code that is.
"""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

Act = Callable[[], None]
"""What a session does; it may stop in between."""


class Abandoned(BaseException):
    """Raised where a session's code has stopped, when its run is given up."""


class Carrier(ABC):
    """Carries one session's code; a substrate.

    Args:
        name: the session's.

    Attributes:
        unscheduled: matches the statements that are no steps; None: all are.
        look: what is to be called with a connection before its COMMIT; None: nothing.
        probing: True while rowrace itself uses the session: nothing is a step then.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.unscheduled: re.Pattern[str] | None = None
        self.look: Callable[[Any], None] | None = None
        self.probing = False
        self._thread = 0

    def begin(self, act: Act) -> Any:
        """Let the session begin an act.

        Returns:
            What it stopped with; None when the act has come to its end.
        """
        return self._turn(lambda: self._begin(act))

    def go_on(self, value: Any, error: BaseException | None) -> Any:
        """Let the session go on where it stopped: there, a value is returned or an error raised; as `begin`."""
        return self._turn(lambda: self._go_on(value, error))

    @abstractmethod
    def stop(self, reason: Any) -> Any:
        """In the session's code: give the turn back; returns what `go_on` is given."""

    @property
    @abstractmethod
    def stopped(self) -> bool:
        """Whether it is in the middle of an act."""

    @abstractmethod
    def dispose(self) -> None:
        """Let go of what it holds; it carries nothing after that."""

    @abstractmethod
    def _begin(self, act: Act) -> Any: ...

    @abstractmethod
    def _go_on(self, value: Any, error: BaseException | None) -> Any: ...

    def _turn(self, move: Callable[[], Any]) -> Any:
        _Now.carrier = self
        try:
            return move()
        finally:
            _Now.carrier = None

    def _runs_here(self) -> None:
        """Take down in which thread its code runs; called there."""
        self._thread = threading.get_ident()

    @property
    def is_here(self) -> bool:
        """Whether the thread that asks is the one its code runs in."""
        return self._thread == threading.get_ident()


class _Now:
    """Whose code runs."""

    carrier: Carrier | None = None


def current() -> Carrier | None:
    """The carrier of the session whose code this is; None outside of all sessions."""
    carrier = _Now.carrier
    return carrier if carrier is not None and carrier.is_here else None
