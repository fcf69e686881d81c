"""What pools do besides: which connection they hand out, how they see that it lives, how they take it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, closing
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import AsyncAdaptedQueuePool

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.drivers import DRIVERS, call, does, on_driver
from tests.targets_for_engine import case

READ = text("SELECT value FROM counters WHERE name = 'visits'")
WRITE = text("UPDATE counters SET value = :value WHERE name = 'visits'")


class Shop(Target):
    """Code that makes its own engine, with a pool as it is by default."""

    def open(self, url: str) -> Engine:
        return create_engine(url)

    @operation
    def by_turns(self, app: Engine) -> None:
        for _ in range(3):
            with app.connect() as connection:
                connection.execute(text("SELECT 1"))

    @operation
    def many(self, app: Engine) -> None:
        with ExitStack() as held:
            for _ in range(4):
                held.enter_context(app.connect()).execute(text("SELECT 1"))


class AwaitedShop(Target):
    """The same, asynchronous."""

    def open(self, url: str) -> AsyncEngine:
        return create_async_engine(url)

    @operation
    async def by_turns(self, app: AsyncEngine) -> None:
        for _ in range(3):
            async with app.connect() as connection:
                await connection.execute(text("SELECT 1"))

    @operation
    async def many(self, app: AsyncEngine) -> None:
        async with AsyncExitStack() as held:
            for _ in range(4):
                await (await held.enter_async_context(app.connect())).execute(text("SELECT 1"))


@pytest.fixture(params=[Shop, AwaitedShop])
def stage(server: Server, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(request.param(), scratch)) as laid_out:
        yield laid_out


def test_a_session_gets_back_the_connection_that_it_gave_back_last(stage: Stage) -> None:
    before = stage.run(case(A=Call("by_turns")))
    stage.run(case(A=Call("many")))
    after = stage.run(case(A=Call("by_turns")))
    assert len({step.connection for step in after.steps}) == 1
    assert after.digest() == before.digest()


@does
def count(session: Session) -> None:
    session.execute(WRITE, {"value": session.scalar(READ) + 1})
    session.commit()


@does
def count_raw(session: Session) -> Any:
    """Leaves it to the pool what becomes of the transaction."""
    engine: Any = session.get_bind()
    connection = engine.raw_connection()
    connection.cursor().execute("UPDATE counters SET value = value + 1 WHERE name = 'visits'")
    connection.close()


@does
def look(session: Session) -> Any:
    return session.scalar(READ)


def by_turns(stage: Stage) -> History:
    return stage.run(case("ABAABB", A=call(count), B=call(count)))


def written(history: History) -> list[int]:
    return [write.row["value"] for commit in history.commits for write in commit.writes]


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_ping_is_no_step(server: Server, monkeypatch: pytest.MonkeyPatch, driver: str) -> None:
    pings: list[int] = []
    ping = DefaultDialect._do_ping_w_event

    def counted(dialect: Any, connection: Any) -> bool:
        pings.append(1)
        return ping(dialect, connection)

    monkeypatch.setattr(DefaultDialect, "_do_ping_w_event", counted)
    with server.scratch() as scratch, closing(Stage(on_driver(driver, pool_pre_ping=True)(), scratch)) as stage:
        first = by_turns(stage)
        pings.clear()
        second = by_turns(stage)
    assert len(pings) == 2
    assert "".join(step.session for step in second.steps) == "ABAABB"
    assert written(second) == [1, 1]
    assert second.digest() == first.digest()


@pytest.mark.parametrize(
    ("driver", "pool"),
    [(name, NullPool) for name in DRIVERS]
    + [(name, AsyncAdaptedQueuePool) for name, (_, make) in DRIVERS.items() if make is create_async_engine],
)
def test_a_pool_that_is_asked_for_by_its_class_is_scheduled(server: Server, driver: str, pool: Any) -> None:
    with server.scratch() as scratch, closing(Stage(on_driver(driver, poolclass=pool)(), scratch)) as stage:
        for _ in range(2):
            history = by_turns(stage)
            assert "".join(step.session for step in history.steps) == "ABAABB"
            assert written(history) == [1, 1]


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(
    ("reset", "words", "commits", "seen"),
    [
        ("rollback", ["UPDATE"], [], (0, 0)),
        ("commit", ["UPDATE", "COMMIT"], [1], (1, 1)),
        (None, ["UPDATE"], [], (1, 0)),  # it stays open, and the session gets it back
    ],
)
def test_what_a_pool_commits_when_it_takes_a_connection_back_is_a_step_and_nothing_else_of_it_is(
    server: Server, driver: str, reset: Any, words: list[str], commits: list[int], seen: tuple[int, int]
) -> None:
    target = on_driver(driver, pool_reset_on_return=reset)
    with server.scratch() as scratch, closing(Stage(target(), scratch)) as stage:
        for _ in range(2):
            history = stage.run(case("A9", A=(call(count_raw), call(look)), B=call(look)))
            sent = [step.sql.split()[0] for step in history.steps if step.session == "A" and step.call == 0]
            assert (sent, written(history)) == (words, commits)
            results = {(outcome.session, outcome.call): outcome.result for outcome in history.outcomes}
            assert (results["A", 1], results["B", 0]) == seen
