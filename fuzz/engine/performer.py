"""How one session makes its calls: which SQLAlchemy session an operation gets, and what is done after it failed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from fuzz.case import Call
from fuzz.engine.carrier import Abandoned, current
from fuzz.engine.environment import Environment
from fuzz.engine.failures import failure_of, is_locked_out
from fuzz.engine.styles import Style
from fuzz.errors import ToolError
from fuzz.history import Failure
from fuzz.plain import freeze
from fuzz.postgres.settings import LOCK_TIMEOUT

_HARMLESS = text("SELECT 1")

Ended = Callable[[Call, Any, Failure | None, bool, Failure | None], None]
"""Told how a call ended: the call, its result, failure, whether that is expected, and the aftermath."""


class Performer:
    """Makes the calls of one session's program.

    Args:
        environment: where they are made; it names the target.
        ended: told how each call ended.
    """

    def __init__(self, environment: Environment, ended: Ended) -> None:
        self._environment = environment
        self._target = environment.target
        self._ended = ended
        self._open: dict[Style, Any] = {}
        self._failed = False

    def __call__(self, call: Call | None) -> None:
        """Make a call; None: close the program's sessions, if it has any."""
        if call is not None:
            self._make(call)
        else:
            self._close_program()

    def _make(self, call: Call) -> None:
        operation = self._target.operations[call.operation]
        result, failure, expected, aftermath = None, None, False, None
        style = self._environment.style(operation.function)
        session = self._session(style) if "session" in operation.gives else None
        given = self._environment.given(operation, session)
        try:
            result = freeze(style.call(operation.function, self._target, **given, **call.arguments))
        except (ToolError, Abandoned, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever leaves an operation is what is looked for
            failure, expected = failure_of(error), isinstance(error, self._target.expected)
            self._failed = True
            if session is not None:
                aftermath = style.within(session, _recover)
        if session is not None and self._target.session_scope == "call":
            unclosed = style.within(session, _close)
            aftermath = aftermath or unclosed
        self._ended(call, result, failure, expected, aftermath)

    def _session(self, style: Style) -> Any:
        if self._target.session_scope == "call":
            return style.sessions()
        if style not in self._open:
            self._open[style] = style.sessions()
        return self._open[style]

    def _close_program(self) -> None:
        while self._open:
            style, session = self._open.popitem()
            broken = style.within(session, _reload) if self._failed else None
            unclosed = style.within(session, _close)
            if broken or unclosed:
                self._ended(Call("close"), None, None, False, broken or unclosed)


def _recover(session: Session) -> Failure | None:
    """Roll back, as every framework does after an error; the failure, if the session does not work again."""

    def probe() -> None:
        session.rollback()
        with _Probing():
            session.execute(_HARMLESS)  # by the ORM, as listeners of the session may be what is broken
            session.rollback()

    return _failure(_raised_by(probe))


def _close(session: Session) -> Failure | None:
    """Close a session; the failure, if not even that works: the target may have closed the connection beneath it."""
    return _failure(_raised_by(session.close))


def _reload(session: Session) -> Failure | None:
    """Load every object of a session that has seen a failure; what has been deleted may be gone, and no more.

    Where another session holds a lock on the tables, nothing can be said: that one goes on only after this.
    """

    def load() -> None:
        session.rollback()
        with _Probing():
            session.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": LOCK_TIMEOUT})
            for instance in sorted(session, key=_identity):
                with suppress(InvalidRequestError):  # SQLAlchemy's word for a row that is gone, as ObjectDeletedError
                    session.refresh(instance)
            session.rollback()

    failure = _failure(_raised_by(load))
    return None if failure is None or is_locked_out(failure) else failure


def _raised_by(act: Callable[[], None]) -> BaseException | None:
    """What an act on a session raised; the tool's own errors, and what ends a run, go on."""
    try:
        act()
    except (ToolError, Abandoned, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, the session is broken
        return error
    return None


def _failure(error: BaseException | None) -> Failure | None:
    return None if error is None else failure_of(error)


def _identity(instance: object) -> str:
    return str(inspect(instance).identity_key)


class _Probing:
    """Within it, what the session sends is rowrace's own and no step."""

    def __enter__(self) -> None:
        carrier = current()
        assert carrier is not None
        self._carrier = carrier
        self._carrier.probing = True

    def __exit__(self, *_: object) -> None:
        self._carrier.probing = False
