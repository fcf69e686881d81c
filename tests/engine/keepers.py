"""Code that keeps a session for each thread, made at different times, in different ways."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from fuzz import operation
from tests.engine.counters import Counter, _Counters


def _scoped(url: str) -> scoped_session[Session]:
    return scoped_session(sessionmaker(create_engine(url)))


def _count(session: Any) -> None:
    session.get_one(Counter, "visits").value += 1
    session.commit()


class _Kept(_Counters):
    def open(self, url: str) -> str:
        return url


class InSeed(_Kept):
    """Made when the seed is."""

    made: ClassVar[dict[str, scoped_session[Session]]] = {}

    def seed(self, app: str) -> None:
        InSeed.made[app] = _scoped(app)

    @operation
    def by_kept(self, app: str) -> None:
        _count(InSeed.made[app])
        InSeed.made[app].remove()


class AtFirstCall(_Kept):
    """Made by the first who asks for a session."""

    made: ClassVar[dict[str, scoped_session[Session]]] = {}

    @operation
    def by_kept(self, app: str) -> None:
        if app not in AtFirstCall.made:
            AtFirstCall.made[app] = _scoped(app)
        _count(AtFirstCall.made[app])
        AtFirstCall.made[app].remove()


_LOCAL = threading.local()


class ByLocal(_Kept):
    """With no registry but a `threading.local`."""

    name = "lasting"

    @operation
    def by_kept(self, app: str) -> None:
        if not hasattr(_LOCAL, self.name):
            setattr(_LOCAL, self.name, Session(create_engine(app)))
        _count(getattr(_LOCAL, self.name))


class ByLocalForACall(ByLocal):
    """The same, for as long as a call takes."""

    name = "passing"

    @operation
    def by_kept(self, app: str) -> None:
        setattr(_LOCAL, self.name, Session(create_engine(app)))
        try:
            _count(getattr(_LOCAL, self.name))
        finally:
            getattr(_LOCAL, self.name).close()
            delattr(_LOCAL, self.name)


class Numbered(_Counters):
    """Keeps by thread what is no session."""

    def open(self, url: str) -> Callable[[], Session]:
        _LOCAL.number = 1
        return sessionmaker(create_engine(url))

    @operation
    def by_session(self, app: Callable[[], Session]) -> None:
        with app() as session:
            _count(session)
