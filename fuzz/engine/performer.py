"""How one session makes its calls: which SQLAlchemy session an operation gets, and what is done after it failed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from greenlet import GreenletExit, getcurrent
from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session, sessionmaker

from fuzz.case import Call
from fuzz.engine.connection import LaneGreenlet
from fuzz.engine.failures import failure_of
from fuzz.errors import ToolError
from fuzz.history import Failure
from fuzz.plain import freeze
from fuzz.postgres.settings import LOCK_TIMEOUT
from fuzz.target import Target

Ended = Callable[[Call, Any, Failure | None, bool, Failure | None], None]
"""Told how a call ended: the call, its result, failure, whether that is expected, and the aftermath."""


class Performer:
    """Makes the calls of one session's program.

    Args:
        target: whose operations are called.
        engine: connects to the scratch database, with connections of this session alone.
        ended: told how each call ended.
    """

    def __init__(self, target: Target, engine: Engine, ended: Ended) -> None:
        self._target = target
        self._engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=target.expire_on_commit)
        self._ended = ended
        self._session: Session | None = None
        self._failed = False

    def __call__(self, call: Call | None) -> None:
        """Make a call; None: close the program's session, if it has one."""
        if call is not None:
            self._make(call)
        elif self._session is not None:
            self._close_program(self._session)

    def _make(self, call: Call) -> None:
        operation = self._target.operations[call.operation]
        result, failure, expected, aftermath = None, None, False, None
        session = self._open() if "session" in operation.gives else None
        given = {"session": session, "engine": self._engine, "sessions": self._sessions}
        try:
            filled = {name: given[name] for name in operation.gives}
            result = freeze(operation.function(self._target, **filled, **call.arguments))
        except (ToolError, GreenletExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever leaves an operation is what is looked for
            failure, expected = failure_of(error), isinstance(error, self._target.expected)
            self._failed = True
            if session is not None:
                aftermath = _recover(session)
        if session is not None and self._target.session_scope == "call":
            unclosed = _close(session)
            aftermath = aftermath or unclosed
        self._ended(call, result, failure, expected, aftermath)

    def _open(self) -> Session:
        if self._target.session_scope == "call":
            return self._sessions()
        if self._session is None:
            self._session = self._sessions()
        return self._session

    def _close_program(self, session: Session) -> None:
        self._session = None
        broken = _reload(session) if self._failed else None
        unclosed = _close(session)
        broken = broken or unclosed
        if broken is not None:
            self._ended(Call("close"), None, None, False, broken)


def _recover(session: Session) -> Failure | None:
    """Roll back, as every framework does after an error; the failure, if the session does not work again."""

    def probe() -> None:
        session.rollback()
        with _Probing():
            session.execute(text("SELECT 1"))
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

    error = _raised_by(load)
    is_locked_out = isinstance(error, DBAPIError) and isinstance(error.orig, LockNotAvailable)
    return None if is_locked_out else _failure(error)


def _raised_by(act: Callable[[], None]) -> BaseException | None:
    """What an act on a session raised; the tool's own errors, and what ends a run, go on."""
    try:
        act()
    except (ToolError, GreenletExit, KeyboardInterrupt):
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
        self._greenlet = getcurrent()
        assert isinstance(self._greenlet, LaneGreenlet)
        self._greenlet.probing = True

    def __exit__(self, *_: object) -> None:
        assert isinstance(self._greenlet, LaneGreenlet)
        self._greenlet.probing = False
