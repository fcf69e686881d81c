"""The counter on each driver; what is done with it is written once, as a function of a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call
from tests.engine.counters import _Counters

Act = Callable[[Session], Any]

DRIVERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "psycopg": ("psycopg", create_engine),
    "psycopg async": ("psycopg", create_async_engine),
    "psycopg2": ("psycopg2", create_engine),
    "asyncpg": ("asyncpg", create_async_engine),
}
"""What a driver is called here -> SQLAlchemy's name of it, and what makes an engine."""

ACTS: dict[str, Act] = {}
"""What the calls do, by name: an argument of a call is plain data."""


def does(act: Act) -> Act:
    """Have calls do this."""
    ACTS[act.__name__] = act
    return act


def call(act: Act) -> Call:
    """A call that does something with a session."""
    return Call("act", {"name": act.__name__})


class _Labelled(_Counters):
    """Two counters, and a label of the first."""

    def create(self, engine: Engine) -> None:
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO counters VALUES ('visitors', 0)"))
            connection.execute(text("CREATE TABLE labels (counter text PRIMARY KEY REFERENCES counters, text text)"))
            connection.execute(text("INSERT INTO labels VALUES ('visits', 'all')"))


class Called(_Labelled):
    """Synchronous code."""

    @operation(name=st.just(""))
    def act(self, app: Any, name: str) -> Any:
        with Session(app) as session:
            return ACTS[name](session)


class AwaitedToo(_Labelled):
    """Asynchronous code."""

    @operation(name=st.just(""))
    async def act(self, app: AsyncEngine, name: str) -> Any:
        async with AsyncSession(app) as session:
            return await session.run_sync(ACTS[name])


@cache
def on_driver(driver: str, substrate: str = "greenlet", /, **options: Any) -> type[Target]:
    """A target whose code makes its own engine.

    Args:
        driver: a key of `DRIVERS`.
        substrate: what its sessions run in.
        options: of the engine.
    """
    name, make = DRIVERS[driver]

    def open_engine(_self: Target, url: str) -> Any:
        return make(url.replace("+psycopg", f"+{name}"), **options)

    base: Any = AwaitedToo if make is create_async_engine else Called
    made: type[Target] = type(base.__name__, (base,), {"open": open_engine, "substrate": substrate})
    return made
