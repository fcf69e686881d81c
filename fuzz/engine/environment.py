"""What a session keeps from case to case: its engines, what `open` returned, its event loop, what carries its code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import URL
from sqlalchemy.orm import Session

from fuzz.case import Call
from fuzz.engine.carrier import Carrier, Overdue
from fuzz.engine.chance import seeding_clock_and_dice
from fuzz.engine.failures import failure_of
from fuzz.engine.styles import Asynchronous, Style, Synchronous, is_async
from fuzz.errors import ToolError
from fuzz.history import Failure
from fuzz.target import Invariant, Operation, Target

Made = TypeVar("Made")

LONGEST_OPEN = 60.0
"""Seconds that a target's `open` may take."""

LONGEST_DISPOSE = 10.0
"""Seconds that a session's engines and event loop may take to close: tasks may be left in it."""


def aside(carrier: Carrier, act: Callable[[], Made], limit: float) -> Made:
    """As `Environment.aside`, in what a carrier carries."""
    done: list[Made] = []
    before = carrier.probing, carrier.limit
    carrier.probing, carrier.limit = True, limit
    try:
        carrier.begin(lambda: done.append(act()))
    finally:
        carrier.probing, carrier.limit = before
    return done[0]


class Environment:
    """The surroundings of one session; or, with a carrier that only probes, of what is done outside of all sessions.

    Args:
        target: whose code is to run in it.
        url: of the scratch database.
        carrier: what the code runs in.

    Raises:
        Exception: whatever the target's `open` raises.
    """

    def __init__(self, target: Target, url: URL, carrier: Carrier) -> None:
        self.target = target
        self.carrier = carrier
        self._url = url
        self._app: Any = None
        try:
            self.aside(self._prepare, LONGEST_OPEN)
        except BaseException:
            self.dispose()
            raise

    def aside(self, act: Callable[[], Made], limit: float = math.inf) -> Made:
        """Do something in the session's own thread and event loop that is no step of a run.

        Args:
            act: what is done.
            limit: seconds that it may take.

        Raises:
            Overdue: when it takes longer.
        """
        return aside(self.carrier, act, limit)

    def style(self, function: Callable[..., Any]) -> Style:
        """The style of a function of the target."""
        return self._asynchronous if is_async(function) else self._synchronous

    def given(self, of: Operation | Invariant, session: Any = None) -> Mapping[str, Any]:
        """What a function of the target asks for by name.

        Args:
            of: the function.
            session: what it gets for a session; None: a new one.
        """
        style = self.style(of.function)
        supply: Mapping[str, Callable[[], Any]] = {
            "session": lambda: style.sessions() if session is None else session,
            "engine": lambda: style.engine,
            "sessions": lambda: style.sessions,
            "app": lambda: self._app,
        }
        return {name: supply[name]() for name in of.gives}

    @contextmanager
    def supplied(self, of: Operation | Invariant) -> Iterator[tuple[Style, Mapping[str, Any]]]:
        """The style of a function and what it asks for; a session of it is new, and closed in the end. Used aside."""
        style, given = self.style(of.function), self.given(of)
        try:
            yield style, given
        finally:
            if "session" in given:
                style.within(given["session"], Session.close)

    def ask(self, invariant: Invariant) -> Failure | None:
        """Ask an invariant: what it raises, if it does not hold. Called aside."""
        with self.supplied(invariant) as (style, given):
            try:
                style.call(invariant.function, self.target, **given)
            except ToolError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it raises says that it does not hold
                return failure_of(error)
        return None

    def warm(self, call: Call) -> None:
        """Make a call that is no part of any run, for what code does at its first use alone: probe, reflect, cache."""
        operation = self.target.operations[call.operation]
        with self.supplied(operation) as (style, given):
            style.call(operation.function, self.target, **given, **call.arguments)

    def dispose(self) -> None:
        """Close what has been made for the session; where its code has been left in the middle, let go of it."""
        if not (self.carrier.stopped or self.carrier.lost):
            with suppress(Overdue):
                self.aside(self._dispose, LONGEST_DISPOSE)
        if "_asynchronous" in self.__dict__:
            self._asynchronous.close_loop()
        self.carrier.dispose()

    @cached_property
    def _synchronous(self) -> Synchronous:
        return Synchronous(self._url, expire_on_commit=self.target.expire_on_commit)

    @cached_property
    def _asynchronous(self) -> Asynchronous:
        return Asynchronous(self._url, expire_on_commit=self.target.expire_on_commit)

    def _prepare(self) -> None:
        """Make what the operations will ask for, before any clock is theirs."""
        for operation in self.target.operations.values():
            self.given(operation)
        if (make := getattr(self.target, "open", None)) is not None:
            with seeding_clock_and_dice(self.carrier.name):
                self._app = self.style(make).call(make, self._url.render_as_string(hide_password=False))

    def _dispose(self) -> None:
        for name in ("_synchronous", "_asynchronous"):
            if name in self.__dict__:
                getattr(self, name).dispose()
