from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from fuzz import Target, operation


class Base(DeclarativeBase):
    pass


class Counter(Base):
    __tablename__ = "counters"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


def ask(connection: Any, times: int) -> None:
    """The least there is to send, many times."""
    cursor = connection.cursor()
    for _ in range(times):
        cursor.execute("select 1")
        cursor.fetchone()


def count(sessions: sessionmaker[Session], times: int) -> None:
    """The least transaction that changes a row by the ORM, many times, each in a session of its own."""
    for _ in range(times):
        with sessions() as session:
            session.get_one(Counter, 1).number += 1
            session.commit()


class Small(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Counter(id=1, number=0))

    @operation(times=st.just(1))
    def ask(self, engine: Engine, times: int) -> None:
        connection = engine.raw_connection()
        ask(connection, times)
        connection.close()

    @operation(times=st.just(1))
    def count(self, sessions: sessionmaker[Session], times: int) -> None:
        count(sessions, times)
