"""The isolation level of each transaction: the code's own where it asks for one, else the case's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.drivers import DRIVERS, call, does, on_driver

SHOW = text("SELECT current_setting('transaction_isolation')")

NAMES = {"rc": "read committed", "rr": "repeatable read", "ser": "serializable"}


@does
def as_it_is(session: Session) -> Any:
    return session.scalar(SHOW)


@does
def by_connection(session: Session) -> Any:
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session.scalar(SHOW)


@does
def by_engine(session: Session) -> Any:
    engine: Any = session.get_bind()
    with engine.execution_options(isolation_level="SERIALIZABLE").connect() as connection:
        return connection.scalar(SHOW)


@does
def by_read_only(session: Session) -> Any:
    options = {"isolation_level": "SERIALIZABLE", "postgresql_readonly": True, "postgresql_deferrable": False}
    session.connection(execution_options=options)
    return session.scalar(SHOW)


@does
def in_autocommit(session: Session) -> Any:
    session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    return session.scalar(SHOW)


@does
def in_autocommit_after_another(session: Session) -> Any:
    engine: Any = session.get_bind()
    with engine.connect() as connection:
        first = connection.execution_options(isolation_level="SERIALIZABLE")
        first.scalar(SHOW)
        first.rollback()
        return connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("SELECT 1")).scalar()


@pytest.fixture(scope="module", params=DRIVERS)
def stage(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(on_driver(request.param)(), scratch)) as laid_out:
        yield laid_out


@pytest.fixture(scope="module", params=DRIVERS)
def serializable(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    """Code whose engine has a level of its own."""
    target = on_driver(request.param, isolation_level="SERIALIZABLE")
    with server.scratch() as scratch, closing(Stage(target(), scratch)) as laid_out:
        yield laid_out


def run(stage: Stage, made: Call, level: str) -> History:
    return stage.run(Case("levels", level, {"A": (made,)}, ()))


def levels(history: History) -> tuple[Any, set[str]]:
    """What the server says, and what the history does."""
    return history.outcomes[0].result, {step.level for step in history.steps}


@pytest.mark.parametrize("level", ["rc", "rr", "ser"])
def test_a_level_that_create_engine_is_given_is_kept_whatever_the_case_asks_for(
    serializable: Stage, level: str
) -> None:
    assert levels(run(serializable, call(as_it_is), level)) == ("serializable", {"ser"})


def test_after_an_option_such_an_engine_is_at_its_own_level_again(serializable: Stage) -> None:
    assert levels(run(serializable, call(by_connection), "rc")) == ("repeatable read", {"rr"})
    for level in ("rc", "rr"):
        assert levels(run(serializable, call(as_it_is), level)) == ("serializable", {"ser"})


@pytest.mark.parametrize(
    ("act", "asked"), [(by_connection, "rr"), (by_engine, "ser"), (by_read_only, "ser"), (in_autocommit, None)]
)
@pytest.mark.parametrize("level", ["rc", "rr", "ser"])
def test_an_option_is_for_one_use_and_the_next_case_is_at_its_own_level(
    stage: Stage, act: Any, asked: str | None, level: str
) -> None:
    applies = asked or level
    assert levels(run(stage, call(act), level)) == (NAMES[applies], {applies})
    for after in ("rr", "ser", "rc"):
        assert levels(run(stage, call(as_it_is), after)) == (NAMES[after], {after})


def test_a_connection_that_had_a_level_and_then_autocommit_is_at_the_case_s_level_in_the_next(stage: Stage) -> None:
    for _ in range(2):
        run(stage, call(in_autocommit_after_another), "ser")
        assert levels(run(stage, call(as_it_is), "ser")) == ("serializable", {"ser"})


def test_a_level_that_a_listener_gives_new_connections_is_kept(server: Server) -> None:
    def set_level(connection: Any, _record: Any) -> None:
        connection.isolation_level = 3

    def open_engine(self: Any, url: str) -> Engine:
        engine: Engine = on_driver("psycopg2").open(self, url)  # type: ignore[attr-defined]  # optional in Target
        event.listen(engine, "connect", set_level)
        return engine

    listening = type("Listening", (on_driver("psycopg2"),), {"open": open_engine})
    with server.scratch() as scratch, closing(Stage(listening(), scratch)) as stage:
        for level in ("rc", "rr"):
            assert levels(run(stage, call(as_it_is), level)) == ("serializable", {"ser"})
