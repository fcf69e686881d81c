from __future__ import annotations

import random
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from sqlalchemy import CursorResult, Engine, text
from sqlalchemy.orm import Session, sessionmaker

from fuzz import Target, operation
from fuzz.case import Call, Case

SCHEMA = """
CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL);
CREATE TABLE notes (id serial PRIMARY KEY, account integer REFERENCES accounts, body text UNIQUE);
"""


def sql(*statements: str) -> Call:
    """A call that sends these statements; "commit" and "rollback" end the transaction."""
    return Call("send", {"statements": statements})


def change(account: int, by: int = 1) -> str:
    return f"UPDATE accounts SET balance = balance + {by} WHERE id = {account}"


def read(account: int) -> str:
    return f"SELECT balance FROM accounts WHERE id = {account}"


def case(schedule: str = "", isolation: str = "rc", /, **programs: Call | Sequence[Call]) -> Case:
    """A case by the letters of its schedule; "A3" is short for "AAA"."""
    names: list[str] = []
    for letter in schedule:
        names.extend([names[-1]] * (int(letter) - 1) if letter.isdigit() else [letter])
    calls = {name: (each,) if isinstance(each, Call) else tuple(each) for name, each in programs.items()}
    return Case("targets_for_engine.py", isolation, calls, tuple(names), 7)


class Script(Target):
    """Sends the statements that a call names."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text(SCHEMA))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO accounts VALUES (1, 10), (2, 10), (3, 10)"))

    @operation(statements=st.just(()))
    def send(self, session: Session, statements: Sequence[str]) -> list[Any]:
        last: list[Any] = []
        for statement in statements:
            if statement in {"commit", "rollback"}:
                getattr(session, statement)()
            else:
                found = session.execute(text(statement))
                last = list(found.scalars()) if isinstance(found, CursorResult) and found.returns_rows else []
        return last


class Lasting(Script):
    """The same, in a session that lives through the program."""

    session_scope = "program"


class Acts(Script):
    """What an operation may do with what it is given."""

    unscheduled = (r"SELECT 'probe'", r"/\* quiet")

    @operation
    def savepoint(self, session: Session) -> None:
        with session.begin_nested():
            session.execute(text(change(1)))
        session.commit()

    @operation
    def undone_savepoint(self, session: Session) -> None:
        nested = session.begin_nested()
        session.execute(text(change(1)))
        nested.rollback()
        session.commit()

    @operation
    def many(self, engine: Engine) -> int:
        with engine.begin() as connection:
            rows = [{"id": 1}, {"id": 2}]
            return connection.execute(text("UPDATE accounts SET balance = 0 WHERE id = :id"), rows).rowcount

    @operation
    def autocommit(self, engine: Engine) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(change(1)))
            connection.execute(text(change(2)))

    @operation
    def two_connections(self, engine: Engine) -> None:
        with engine.connect() as one, engine.connect() as other:
            one.execute(text(change(1)))
            other.execute(text(change(2)))
            other.commit()
            one.commit()

    @operation(patience=st.just("0"))
    def wait_for_itself(self, engine: Engine, patience: str) -> None:
        with engine.connect() as one, engine.connect() as other:
            one.execute(text(change(1)))
            other.execute(text(f"SET LOCAL lock_timeout = '{patience}'"))
            other.execute(text(change(1)))

    @operation
    def own_sessions(self, sessions: sessionmaker[Session]) -> Any:
        with sessions.begin() as session:
            return session.scalar(text(read(1)))

    @operation
    def empty_commit(self, session: Session) -> None:
        session.commit()
        session.rollback()

    @operation
    def commit_twice(self, session: Session) -> None:
        session.execute(text(change(1)))
        session.commit()
        session.commit()

    @operation
    def probe(self, session: Session) -> None:
        session.execute(text("SELECT 'probe'"))
        session.commit()

    @operation(amount=st.just(1))
    def session_last(self, amount: int, *, session: Session) -> None:
        session.execute(text(change(1, amount)))
        session.commit()

    @operation
    def leave_open(self, engine: Engine) -> None:
        connection = engine.connect()
        connection.execute(text(change(1)))
        LEFT.append(connection)

    @operation
    def exit(self, session: Session) -> None:
        session.execute(text(change(1)))
        raise SystemExit(4)

    @operation
    def close_connection(self, session: Session) -> None:
        session.execute(text(change(1)))
        driver = session.connection().connection.dbapi_connection
        assert driver is not None
        driver.close()

    @operation
    def be_ended(self, session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    @operation
    def sleep_long(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_sleep(60)"))

    @operation
    def stubborn(self, session: Session) -> None:
        try:
            session.execute(text("SELECT pg_sleep(60)"))
        finally:
            session.execute(text("SELECT 1"))

    @operation
    def unscheduled_write(self, session: Session) -> None:
        session.execute(text("/* quiet */ INSERT INTO notes (body) VALUES ('quiet')"))
        session.commit()

    @operation
    def clock(self, session: Session) -> list[Any]:
        first = time.time()
        session.execute(text("SELECT 1"))
        return [first, time.time(), datetime.now(UTC).isoformat(), datetime.now(UTC).isoformat(), time.time_ns()]

    @operation
    def sleep(self, session: Session) -> list[float]:
        before = time.time()
        time.sleep(3600)
        return [before, time.time()]

    @operation
    def clock_of_two_connections(self, engine: Engine) -> float:
        with engine.connect() as one, engine.connect() as other:
            one.execute(text("SELECT 1"))
            other.execute(text("SELECT 1"))
        return time.time()

    @operation
    def dice(self, session: Session) -> list[Any]:
        drawn = []
        for _ in range(2):
            drawn += [random.random(), str(uuid4())]
            session.execute(text("SELECT 1"))
        return [*drawn, random.random(), str(uuid4()), secrets.token_hex(8), secrets.randbelow(10**9)]


LEFT: list[Any] = []
"""Connections that an operation has kept to itself."""
