"""What a session's code runs in, and how it stops in the middle of it to give the turn back.

Only one session's code runs at any moment. What it uses asks `current()` whose code that is.
"""

from __future__ import annotations

import math
import os
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar

Act = Callable[[], None]
"""What a session does; it may stop in between."""


class Abandoned(BaseException):
    """Raised where a session's code has stopped, when its run is given up."""


class Overdue(Abandoned):
    """Raised in a session's code, or instead of its next stop, when it has kept the turn for too long.

    Args:
        where: "file.py:line" that it has come to.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Carrier(ABC):
    """Carries one session's code; a substrate.

    Args:
        name: the session's.

    Attributes:
        unscheduled: matches the statements that are no steps; None: all are.
        look: what is to be called with a connection before its COMMIT; None: nothing.
        probing: True while rowrace itself uses the session: nothing is a step then.
        limit: seconds that it may keep the turn.
        lost: whether its code goes on somewhere and cannot be ended, so that it carries nothing any more.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.unscheduled: re.Pattern[str] | None = None
        self.look: Callable[[Any], None] | None = None
        self.probing = False
        self.limit = math.inf
        self.lost = False
        self._thread = 0

    def begin(self, act: Act) -> Any:
        """Let the session begin an act.

        Returns:
            What it stopped with; None when the act has come to its end.

        Raises:
            Overdue: when it keeps the turn for longer than it may.
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
    def come_to_end(self, seconds: float) -> None:
        """After an act that is overdue: wait until its code has ended, so long at the most; it uses what it holds."""

    @abstractmethod
    def dispose(self) -> None:
        """Let go of what it holds; it carries nothing after that."""

    @abstractmethod
    def _begin(self, act: Act) -> Any: ...

    @abstractmethod
    def _go_on(self, value: Any, error: BaseException | None) -> Any: ...

    def _turn(self, move: Callable[[], Any]) -> Any:
        take_in_thread()
        _Now.carrier, _Now.since = self, monotonic()
        try:
            return move()
        finally:
            end_if_forked()
            _Now.carrier = None

    def _runs_here(self) -> None:
        """Take down in which thread its code runs; called there."""
        self._thread = threading.get_ident()
        take_in_thread()

    def runs_in(self, thread: int) -> bool:
        """Whether this is the thread that its code runs in."""
        return self._thread == thread


class _Now:
    """Whose code runs, and since when."""

    carrier: Carrier | None = None
    since: float = 0.0
    threads: ClassVar[set[int]] = set()
    forked: bool = False


def _note_fork() -> None:
    _Now.forked = True


os.register_at_fork(after_in_child=_note_fork)  # to ask for the process' number takes longer than all else here


def current() -> Carrier | None:
    """The carrier of the session whose code this is; None outside of all sessions."""
    carrier = _Now.carrier
    is_here = carrier is not None and carrier.runs_in(threading.get_ident()) and not _Now.forked
    return carrier if is_here else None


def take_in_thread() -> None:
    """This thread is rowrace's own."""
    _Now.threads.add(threading.get_ident())
    _Now.forked = False


def let_go_of_thread() -> None:
    """This thread is about to end; another may be given its number."""
    _Now.threads.discard(threading.get_ident())


def is_foreign() -> bool:
    """Whether this is a thread, or a process, that the code of a session has started."""
    return threading.get_ident() not in _Now.threads or _Now.forked


def end_if_forked() -> None:
    """End this process if it is one that a session's code has started: it is not to go on as the scheduler."""
    if _Now.forked:
        os._exit(os.EX_SOFTWARE)


def late() -> Carrier | None:
    """The carrier of a session that keeps the turn for longer than it may, whichever thread asks."""
    carrier = _Now.carrier
    return carrier if carrier is not None and monotonic() - _Now.since > carrier.limit else None
