"""One session of a case: its program, and the call that it is in, stopped before its next step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fuzz.case import Call
from fuzz.engine.carrier import Abandoned, Carrier
from fuzz.engine.chance import Dice, hand_over
from fuzz.engine.locks import Pause
from fuzz.engine.scheduled import Exchange

Perform = Callable[[Call | None], None]
"""Makes a call, or, given None, closes what the program has left open."""


@dataclass(slots=True)
class Lane:
    """A session of a case.

    Attributes:
        name: the session's.
        perform: what makes its calls.
        dice: its stream of random numbers.
        carrier: what its code runs in.
        waiting: the calls still to be made.
        call: the place in the program of the call that runs now or ran last; -1 before the first.
        exchange: the step that it has stopped before; None between two calls, and while it pauses.
        pause: what it waits for in this process; None when it does not.
        blocked: whether that step has been sent and waits for another session, or whether it pauses.
    """

    name: str
    perform: Perform
    dice: Dice
    carrier: Carrier
    waiting: deque[Call] = field(default_factory=deque)
    call: int = -1
    exchange: Exchange | None = None
    pause: Pause | None = None
    blocked: bool = False

    @property
    def exhausted(self) -> bool:
        """Whether all its calls have ended."""
        return self.exchange is None and self.pause is None and not self.waiting

    def begin_next(self) -> None:
        """Begin the next call, up to its first step, or to its end where it has none."""
        call = self.waiting.popleft()
        self.call += 1
        self._begin(call)

    def close(self) -> None:
        """Begin to close what the program has left open; it may stop before steps as a call does."""
        self._begin(None)

    def answer(self, value: Any, error: BaseException | None) -> None:
        """Go on with what the server answered, up to the next step or the end of the call."""
        self.exchange = self.pause = None
        hand_over(self.dice)
        self._stopped(self.carrier.go_on(value, error))

    def abandon(self) -> None:
        """Leave the call where it is; its connections are of no use after that."""
        self.waiting.clear()
        if self.carrier.stopped:
            self.carrier.probing = True
            with suppress(Exception, Abandoned):  # the target may object to its end; its backend is gone already
                self.carrier.go_on(None, Abandoned())
            self.carrier.probing = False
        self.exchange, self.pause, self.blocked = None, None, False

    def _begin(self, call: Call | None) -> None:
        hand_over(self.dice)
        self._stopped(self.carrier.begin(lambda: self.perform(call)))

    def _stopped(self, reason: Exchange | Pause | None) -> None:
        if isinstance(reason, Pause):
            self.pause = reason
        else:
            self.exchange = reason
