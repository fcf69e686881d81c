"""Which connection a session gets is not up to how many earlier cases have left in its pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, closing

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.targets_for_engine import case


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
