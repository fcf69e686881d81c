"""What a session keeps from case to case: its engines, what `open` returned, its event loop, what carries its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import URL
from sqlalchemy.orm import Session

from fuzz.engine.carrier import Carrier
from fuzz.engine.chance import SEEDED, own_clock_and_dice
from fuzz.engine.failures import failure_of
from fuzz.engine.styles import Asynchronous, Style, Synchronous, is_async
from fuzz.history import Failure
from fuzz.target import Invariant, Operation, Target

Made = TypeVar("Made")


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
        self.aside(self._prepare)

    def aside(self, act: Callable[[], Made]) -> Made:
        """Do something in the session's own thread and event loop that is no step of a run."""
        done: list[Made] = []
        probing, self.carrier.probing = self.carrier.probing, True
        try:
            self.carrier.begin(lambda: done.append(act()))
        finally:
            self.carrier.probing = probing
        return done[0]

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

    def ask(self, invariant: Invariant) -> Failure | None:
        """Ask an invariant: what it raises, if it does not hold. Called aside."""
        style = self.style(invariant.function)
        given = self.given(invariant)
        try:
            style.call(invariant.function, self.target, **given)
        except Exception as error:  # noqa: BLE001 - whatever it raises says that it does not hold
            return failure_of(error)
        finally:
            if "session" in given:
                style.within(given["session"], Session.close)
        return None

    def dispose(self) -> None:
        """Close what has been made for the session."""
        self.aside(self._dispose)
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
            with own_clock_and_dice(SEEDED):
                self._app = self.style(make).call(make, self._url.render_as_string(hide_password=False))

    def _dispose(self) -> None:
        for name in ("_synchronous", "_asynchronous"):
            if name in self.__dict__:
                getattr(self, name).dispose()
