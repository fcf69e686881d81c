"""Synchronous and asynchronous code: which engine and sessions each is given, and how each is called."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

from fuzz.engine.loop import SessionLoop
from fuzz.errors import TargetError

Found = TypeVar("Found")

_POOL: dict[str, Any] = {"pool_size": 2, "max_overflow": 8}


class Style(Protocol):
    """One of the two ways to write an operation."""

    @property
    def engine(self) -> Any:
        """Connects to the scratch database."""

    @property
    def sessions(self) -> Any:
        """Makes sessions."""

    def call(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """Call a function, to its end."""

    def within(self, session: Any, act: Callable[[Session], Found]) -> Found:
        """Let rowrace's own code, which is synchronous, use a session of this style."""
        ...

    def dispose(self) -> None:
        """Close the engine's connections."""


class Synchronous:
    """Code that is called.

    Args:
        url: of the scratch database.
        expire_on_commit: as SQLAlchemy's Session has it.
    """

    def __init__(self, url: URL, *, expire_on_commit: bool) -> None:
        self._url = url
        self._expire_on_commit = expire_on_commit

    @cached_property
    def engine(self) -> Engine:
        """Connects to the scratch database."""
        engine = create_engine(self._url, **_POOL)
        with engine.connect(), engine.connect():  # a pool reads the clock when it connects: do all of it now
            pass
        return engine

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Makes sessions."""
        return sessionmaker(self.engine, expire_on_commit=self._expire_on_commit)

    def call(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """Call a function, to its end."""
        return _settled(function, function(*args, **given))

    def within(self, session: Session, act: Callable[[Session], Found]) -> Found:
        """Let rowrace's own code use a session."""
        return act(session)

    def dispose(self) -> None:
        """Close the engine's connections."""
        if "engine" in self.__dict__:
            self.engine.dispose()


class Asynchronous:
    """Code that is awaited, in one event loop.

    Args:
        url: of the scratch database.
        expire_on_commit: as SQLAlchemy's AsyncSession has it.
    """

    def __init__(self, url: URL, *, expire_on_commit: bool) -> None:
        self._url = url
        self._expire_on_commit = expire_on_commit
        self._loop = SessionLoop()

    @cached_property
    def engine(self) -> AsyncEngine:
        """Connects to the scratch database."""
        engine = create_async_engine(self._url, **_POOL)

        async def connect() -> None:
            async with engine.connect(), engine.connect():  # as above
                pass

        self._loop.run_until_complete(connect())
        return engine

    @cached_property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        """Makes sessions."""
        return async_sessionmaker(self.engine, expire_on_commit=self._expire_on_commit)

    def call(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """Await a function, to its end."""
        return _settled(function, self._loop.run_until_complete(function(*args, **given)))

    def within(self, session: AsyncSession, act: Callable[[Session], Found]) -> Found:
        """Let rowrace's own code use a session."""
        return self._loop.run_until_complete(session.run_sync(act))

    def dispose(self) -> None:
        """Close the engine's connections, and end what is left in the loop."""
        self._loop.run_until_complete(self._end())

    def close_loop(self) -> None:
        """Close the loop, unless a thread that was lost still runs it."""
        if not self._loop.is_running():
            self._loop.close()

    async def _end(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if "engine" in self.__dict__:
            await self.engine.dispose()
        await asyncio.sleep(0)  # what was closed from outside is let go of now
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()


def _settled(function: Callable[..., Any], result: Any) -> Any:
    """The result of a function; what it does must not still have to be awaited.

    Raises:
        TargetError: when it has.
    """
    if not inspect.isawaitable(result):
        return result
    if inspect.iscoroutine(result):
        result.close()
    name = function.__qualname__
    raise TargetError(
        f"{name} returned a {type(result).__name__}, which nobody awaits: so far nothing has been done.",
        "Write it as `async def`; a decorator around one must be `async def`, too, or run it to its end.",
    )


def is_async(function: Callable[..., Any]) -> bool:
    """Whether a function is of the asynchronous style."""
    return inspect.iscoroutinefunction(function)
