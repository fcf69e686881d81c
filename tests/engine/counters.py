"""One counter, and every way in which code comes to a session to count it up: read the value, write it plus one."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, NullPool, Pool, StaticPool, create_engine, select, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_scoped_session,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session, sessionmaker
from sqlalchemy.pool import AssertionPool, QueuePool, SingletonThreadPool
from sqlmodel import Field, SQLModel
from sqlmodel import Session as SQLModelSession

from fuzz import Target, operation

READ = text("SELECT value FROM counters")
WRITE = text("UPDATE counters SET value = :value")


class Base(DeclarativeBase):
    """The classes mapped here."""


class Counter(Base):
    """A number that is counted up."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class _Counters(Target):
    """The table and its row, with no metadata: what is known of the table, the catalogue tells."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL)"))
            connection.execute(text("INSERT INTO counters VALUES ('visits', 0)"))


class Given(_Counters):
    """With the sessions and engines that rowrace gives."""

    @operation
    def by_core(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})

    @operation
    def by_sessions(self, sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session:
            session.get_one(Counter, "visits").value += 1

    @operation
    def by_session(self, session: Session) -> None:
        session.get_one(Counter, "visits").value += 1
        session.commit()

    @operation
    def by_serializable(self, engine: Engine) -> None:
        with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})
            connection.commit()

    @operation
    def by_autocommit(self, engine: Engine) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})

    @operation
    def by_savepoint(self, session: Session) -> None:
        with session.begin_nested():
            session.get_one(Counter, "visits").value += 1
        session.commit()

    @operation
    def by_lock(self, session: Session) -> None:
        session.get_one(Counter, "visits", with_for_update=True).value += 1
        session.commit()

    @operation
    def by_share(self, session: Session) -> None:
        session.get_one(Counter, "visits", with_for_update={"read": True}).value += 1
        session.commit()

    @operation
    def by_key_share(self, session: Session) -> None:
        session.get_one(Counter, "visits", with_for_update={"read": True, "key_share": True, "of": Counter}).value += 1
        session.commit()

    @operation
    def by_lock_or_not_at_all(self, session: Session) -> None:
        session.get_one(Counter, "visits", with_for_update={"nowait": True}).value += 1
        session.commit()

    @operation
    def by_lock_or_skip(self, session: Session) -> None:
        for counter in session.scalars(select(Counter).with_for_update(skip_locked=True)):
            counter.value += 1
        session.commit()

    @operation
    def by_stream(self, session: Session) -> None:
        for counter in session.scalars(select(Counter).execution_options(yield_per=1)):
            counter.value += 1
        session.commit()

    @operation
    def by_stream_of_core(self, engine: Engine) -> None:
        with engine.connect() as connection:
            found = connection.execute(READ, execution_options={"stream_results": True, "max_row_buffer": 1})
            values = list(found.scalars())
            connection.execute(WRITE, {"value": values[0] + 1})
            connection.commit()


class GivenAsync(_Counters):
    """The same for code that is awaited."""

    @operation
    async def by_session(self, session: AsyncSession) -> None:
        (await session.get_one(Counter, "visits")).value += 1
        await session.commit()

    @operation
    async def by_sessions(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        async with sessions.begin() as session:
            (await session.get_one(Counter, "visits")).value += 1

    @operation
    async def by_core(self, engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(WRITE, {"value": await connection.scalar(READ) + 1})

    @operation
    async def by_lock(self, session: AsyncSession) -> None:
        (await session.get_one(Counter, "visits", with_for_update=True)).value += 1
        await session.commit()

    @operation
    async def by_stream(self, session: AsyncSession) -> None:
        async for counter in await session.stream_scalars(select(Counter)):
            counter.value += 1
        await session.commit()

    @operation
    async def by_synchronous_code(self, session: AsyncSession) -> None:
        def count(inside: Session) -> None:
            inside.get_one(Counter, "visits").value += 1

        await session.run_sync(count)
        await session.commit()


def with_pool(pool: type[Pool], **options: Any) -> type[Target]:
    """A target whose code makes an engine with a pool of some class for each of its sessions."""

    class Pooled(_Counters):
        def open(self, url: str) -> Engine:
            return create_engine(url, poolclass=pool, **options)

        @operation
        def by_pool(self, app: Engine) -> None:
            with Session(app) as session, session.begin():
                session.get_one(Counter, "visits").value += 1

    return Pooled


POOLS = {
    "NullPool": with_pool(NullPool),
    "QueuePool": with_pool(QueuePool, pool_pre_ping=True, pool_reset_on_return="commit"),
    "StaticPool": with_pool(StaticPool, pool_pre_ping=True),
    "AssertionPool": with_pool(AssertionPool),
    "SingletonThreadPool": with_pool(SingletonThreadPool, pool_reset_on_return=None),
}


SHARED: dict[str, tuple[Engine, scoped_session[Session]]] = {}
"""What a module keeps for all of its callers, by URL."""


class Shared(_Counters):
    """Code with one engine, and one session for each thread, in its module."""

    def open(self, url: str) -> str:
        if url not in SHARED:
            engine = create_engine(url)
            SHARED[url] = engine, scoped_session(sessionmaker(engine))
        return url

    @operation
    def by_engine(self, app: str) -> None:
        engine, _ = SHARED[app]
        with engine.begin() as connection:
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})

    @operation
    def by_scoped_session(self, app: str) -> None:
        _, session = SHARED[app]
        session.get_one(Counter, "visits").value += 1
        session.commit()
        session.remove()


class Probing(_Counters):
    """Code that looks around when it is first used, and counts then, too."""

    def open(self, url: str) -> list[Engine]:
        return [create_engine(url)]

    @operation
    def by_probe(self, app: list[Engine]) -> None:
        with app[0].begin() as connection:
            if len(app) == 1:
                connection.execute(text("SELECT 'probe'"))
                app.append(app[0])
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})


class Remembering(_Counters):
    """Code that looks around when a minute has gone by since it last did, and counts then, too."""

    def open(self, url: str) -> list[tuple[Engine, float]]:
        return [(create_engine(url), 0.0)]

    @operation
    def by_memory(self, app: list[tuple[Engine, float]]) -> None:
        engine, until = app[0]
        with engine.begin() as connection:
            if time.time() > until:
                connection.execute(text("SELECT 'probe'"))
                app[0] = (engine, time.time() + 60)
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})


class Psycopg2(_Counters):
    """Code on psycopg2."""

    def open(self, url: str) -> Engine:
        return create_engine(url.replace("+psycopg", "+psycopg2"))

    @operation
    def by_session(self, app: Engine) -> None:
        with Session(app) as session, session.begin():
            session.get_one(Counter, "visits").value += 1

    @operation
    def by_core(self, app: Engine) -> None:
        with app.begin() as connection:
            connection.execute(WRITE, {"value": connection.scalar(READ) + 1})

    @operation
    def by_lock(self, app: Engine) -> None:
        with Session(app) as session, session.begin():
            session.get_one(Counter, "visits", with_for_update=True).value += 1

    @operation
    def by_stream(self, app: Engine) -> None:
        with Session(app) as session, session.begin():
            for counter in session.scalars(select(Counter).execution_options(yield_per=1)):
                counter.value += 1


class Asyncpg(_Counters):
    """Code on asyncpg."""

    async def open(self, url: str) -> AsyncEngine:
        return create_async_engine(url.replace("+psycopg", "+asyncpg"))

    @operation
    async def by_session(self, app: AsyncEngine) -> None:
        async with AsyncSession(app) as session, session.begin():
            (await session.get_one(Counter, "visits")).value += 1

    @operation
    async def by_core(self, app: AsyncEngine) -> None:
        async with app.begin() as connection:
            await connection.execute(WRITE, {"value": await connection.scalar(READ) + 1})

    @operation
    async def by_lock(self, app: AsyncEngine) -> None:
        async with AsyncSession(app) as session, session.begin():
            (await session.get_one(Counter, "visits", with_for_update=True)).value += 1

    @operation
    async def by_stream(self, app: AsyncEngine) -> None:
        async with AsyncSession(app) as session, session.begin():
            async for counter in await session.stream_scalars(select(Counter).execution_options(yield_per=1)):
                counter.value += 1


class Awaited(_Counters):
    """Code that builds its own asynchronous engine."""

    async def open(self, url: str) -> async_scoped_session[AsyncSession]:
        return async_scoped_session(async_sessionmaker(create_async_engine(url)), scopefunc=lambda: 1)

    @operation
    async def by_async_scoped_session(self, app: async_scoped_session[AsyncSession]) -> None:
        (await app.get_one(Counter, "visits")).value += 1
        await app.commit()
        await app.remove()


class Visits(SQLModel, table=True):
    """The counter, as SQLModel has it."""

    __tablename__ = "counters"  # pyright: ignore[reportAssignmentType]  # SQLModel says declared_attr, and takes a word

    name: str = Field(primary_key=True)
    value: int


class Modelled(_Counters):
    """Code written with SQLModel."""

    @operation
    def by_sqlmodel(self, engine: Engine) -> None:
        with SQLModelSession(engine) as session:
            session.get_one(Visits, "visits").value += 1
            session.commit()


class Flasked(_Counters):
    """A Flask application, with Flask-SQLAlchemy."""

    def open(self, url: str) -> Any:
        app = Flask("counters")
        app.testing = True
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        database = SQLAlchemy(app)

        class Counted(database.Model):  # type: ignore[name-defined, misc]  # its base is made at run time
            __tablename__ = "counters"
            name = database.Column(database.String, primary_key=True)
            value = database.Column(database.Integer)

        @app.post("/")
        def count() -> str:
            database.session.get_one(Counted, "visits").value += 1
            database.session.commit()
            return "counted"

        return app

    @operation
    def by_request(self, app: Any) -> str:
        return str(app.test_client().post("/").text)


WAYS: list[tuple[type[Target], str]] = [
    (Given, "by_core"),
    (Given, "by_sessions"),
    (Given, "by_session"),
    (GivenAsync, "by_core"),
    (GivenAsync, "by_sessions"),
    (GivenAsync, "by_session"),
    (GivenAsync, "by_synchronous_code"),
    *((target, "by_pool") for target in POOLS.values()),
    (Shared, "by_engine"),
    (Shared, "by_scoped_session"),
    (Awaited, "by_async_scoped_session"),
    (Psycopg2, "by_session"),
    (Psycopg2, "by_core"),
    (Asyncpg, "by_session"),
    (Asyncpg, "by_core"),
    (Modelled, "by_sqlmodel"),
    (Flasked, "by_request"),
]
"""Those that send a SELECT, an UPDATE and a COMMIT."""

BY_BOTH = [(target, way) for target, way in WAYS if way != "by_scoped_session"]
"""Those that greenlets and threads come to the same with: what is kept by thread, only threads have one each of."""


@cache
def on(substrate: str, target: Any) -> Any:
    """The target, made to run on a substrate."""
    return type(target.__name__, (target,), {"substrate": substrate})
