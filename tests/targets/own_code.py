"""Code that comes to its sessions by itself: from a URL, by thread, behind a lock of its module, awaited."""

from __future__ import annotations

import threading

from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session, sessionmaker

from fuzz import Target, invariant, operation


class Base(DeclarativeBase):
    """The classes mapped here."""


class Counter(Base):
    """A number that is counted up."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Store:
    """Counts in a database that it connects to by itself."""

    lock = threading.Lock()

    def __init__(self, url: str) -> None:
        self._sessions = sessionmaker(create_engine(url))

    def count(self) -> int:
        with self._sessions.begin() as session:
            counter = session.get_one(Counter, "visits")
            counter.value += 1
            return counter.value

    def count_alone(self) -> int:
        with self.lock:
            return self.count()


class _Counting(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Counter(name="visits", value=0))


class Own(_Counting):
    """A store with an engine of its own."""

    def open(self, url: str) -> Store:
        return Store(url)

    @operation
    def count(self, app: Store) -> int:
        return app.count()

    @invariant
    def is_not_negative(self, app: Store) -> None:
        with app._sessions() as session:
            assert session.scalar(text("SELECT min(value) FROM counters")) >= 0


class Locked(Own):
    """The same behind a lock, which two processes would not share."""

    @operation
    def count(self, app: Store) -> int:
        return app.count_alone()


class PassedBy(Locked):
    """The same as if sessions were processes."""

    locks_passed_by = True


SESSION = scoped_session(sessionmaker())


class ByThread(_Counting):
    """A session for each thread, in a module."""

    def open(self, url: str) -> None:
        SESSION.remove()
        SESSION.configure(bind=create_engine(url))

    @operation
    def count(self) -> int:
        counter = SESSION.get_one(Counter, "visits")
        counter.value += 1
        SESSION.commit()
        value = counter.value
        SESSION.remove()
        return value


class Awaited(Target):
    """Code that is awaited, the seed and the invariant, too."""

    metadata = Base.metadata

    async def seed(self, session: AsyncSession) -> None:
        session.add(Counter(name="visits", value=0))

    @operation
    async def count(self, session: AsyncSession) -> int:
        counter = await session.get_one(Counter, "visits")
        counter.value += 1
        value = counter.value  # after the commit it has expired, and no attribute can await
        await session.commit()
        return value

    @invariant
    async def is_not_negative(self, session: AsyncSession) -> None:
        assert (await session.scalar(text("SELECT min(value) FROM counters")) or 0) >= 0


class Endless(_Counting):
    """Never comes to its end."""

    @operation
    def wait(self, session: Session) -> None:
        session.scalar(text("SELECT 1"))
        while True:
            pass


class Partly(Endless):
    """Can do something else, which does."""

    @operation
    def count(self, session: Session) -> None:
        value = session.scalar(text("SELECT value FROM counters"))
        session.execute(text("UPDATE counters SET value = :value"), {"value": value + 1})
        session.commit()
