"""Code that does what cannot be scheduled, or never comes as far as to be."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress
from select import select
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from fuzz import Target, operation
from tests.targets.own_code import Base, Counter


class _Bad(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Counter(name="visits", value=0))


class Raising(_Bad):
    """Cannot be opened."""

    def open(self, url: str) -> None:
        raise ValueError("no settings")

    @operation
    def look(self, session: Session) -> None:
        session.get_one(Counter, "visits")


class Hanging(Raising):
    """Is never opened."""

    def open(self, url: str) -> None:
        select([], [], [], 60)


class Forking(_Bad):
    """Has another process look."""

    @operation
    def look(self, session: Session) -> None:
        counter = session.get_one(Counter, "visits")
        if (child := os.fork()) == 0:
            with suppress(Exception):
                session.refresh(counter)
            os._exit(0)
        os.waitpid(child, 0)


class Threading(_Bad):
    """Has a thread look, and does not ask how that went."""

    @operation
    def look(self, session: Session) -> None:
        def refresh() -> None:
            with suppress(Exception):
                session.execute(text("SELECT 1"))

        thread = threading.Thread(target=refresh)
        thread.start()
        thread.join()


class Loopless(_Bad):
    """Asks for the loop that runs, and is not awaited."""

    @operation
    def look(self, session: Session) -> None:
        session.get_one(Counter, "visits")
        asyncio.get_running_loop()


class Unawaited(_Bad):
    """Leaves what it does to whoever would await it."""

    @operation
    def look(self, session: Session) -> Any:
        return asyncio.sleep(0)


class Uncommitted(_Bad):
    """Forgets to commit, by some ways."""

    @operation
    def forget(self, session: Session) -> None:
        session.get_one(Counter, "visits").value += 1
        session.flush()

    @operation
    async def forget_awaited(self, session: AsyncSession) -> None:
        await session.execute(text("UPDATE counters SET value = value + 1"))

    @operation
    def decide(self, session: Session) -> None:
        session.get_one(Counter, "visits").value += 1
        session.flush()
        session.rollback()

    @operation
    def write_nothing(self, session: Session) -> None:
        session.execute(text("UPDATE counters SET value = 7 WHERE name = 'no such'"))

    @operation
    def look(self, session: Session) -> None:
        session.get_one(Counter, "visits")


class Elsewhere(_Bad):
    """Looks into another database."""

    @operation
    def look(self) -> None:
        with create_engine("sqlite:///:memory:").connect() as connection:
            connection.execute(text("SELECT 1"))


class Mapping(_Bad):
    """Needs an extension that is none of PostgreSQL's own."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION postgis"))

    @operation
    def look(self, session: Session) -> Any:
        return session.scalar(text("SELECT postgis_version()"))
