"""LISTEN and NOTIFY: who waits for a notification lets the others go on, and what one case hears no other does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from fuzz import operation
from fuzz.case import Call, Case
from fuzz.engine.serial import serial_history, serial_history_again
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.counters import READ, WRITE, _Counters
from tests.engine.drivers import DRIVERS, call, does, on_driver


class Heralds(_Counters):
    """Hears of what others count."""

    @operation
    def hear(self, engine: Engine) -> list[str]:
        with _listening(engine) as connection:
            return [each.payload for each in _driver(connection).notifies(timeout=0.1)]

    @operation
    def hear_one(self, engine: Engine) -> list[str]:
        with _listening(engine) as connection:
            return [each.payload for each in _driver(connection).notifies(stop_after=1)]

    @operation
    def hear_what_is_there(self, engine: Engine) -> list[str]:
        with _listening(engine) as connection:
            connection.execute(READ)
            return [each.payload for each in _driver(connection).notifies(timeout=0)]

    @operation
    async def hear_awaited(self, engine: AsyncEngine) -> list[str]:
        async with engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("LISTEN counts"))
            driver: Any = (await connection.get_raw_connection()).driver_connection
            return [each.payload async for each in driver.notifies(timeout=0.1)]

    @operation
    def count(self, engine: Engine) -> None:
        with engine.begin() as connection:
            value = connection.scalar(READ) + 1
            connection.execute(WRITE, {"value": value})
            connection.execute(text("SELECT pg_notify('counts', :value)"), {"value": str(value)})


def _listening(engine: Engine) -> Connection:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(text("LISTEN counts"))
    return connection


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


class InThreads(Heralds):
    """The same in threads."""

    substrate = "thread"


@pytest.fixture(scope="module", params=[Heralds, InThreads])
def stage(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(request.param(), scratch, step_timeout=2)) as laid_out:
        yield laid_out


def run(stage: Stage, way: str, schedule: str, others: int = 1) -> History:
    programs = {"A": (Call(way),), "B": (Call("count"),) * others}
    return stage.run(Case("heralds", "rc", programs, tuple(schedule)))


def heard(history: History) -> Any:
    assert history.hung == {}
    return next(outcome.result for outcome in history.outcomes if outcome.session == "A")


@pytest.mark.parametrize("way", ["hear", "hear_awaited"])
@pytest.mark.parametrize(
    ("schedule", "result"), [("ABBBB", ("1",)), ("BABBB", ("1",)), ("BBBAB", ("1",)), ("BBBBA", ())]
)
def test_what_is_told_once_it_listens_is_heard(stage: Stage, way: str, schedule: str, result: tuple[str, ...]) -> None:
    histories = [run(stage, way, schedule) for _ in range(20)]
    assert {heard(history) for history in histories} == {result}
    assert len({history.digest() for history in histories}) == 1
    assert histories[0].paused == ()  # it does not wait in Python


def test_who_waits_for_a_while_hears_all_that_others_tell_until_they_have_ended(stage: Stage) -> None:
    assert heard(run(stage, "hear", "AB", others=3)) == ("1", "2", "3")


def test_who_waits_for_one_goes_on_when_it_comes(stage: Stage) -> None:
    history = run(stage, "hear_one", "AB", others=3)
    assert heard(history) == ("1",)
    assert [outcome.session for outcome in history.outcomes] == ["B", "A", "B", "B"]


@pytest.mark.parametrize(("schedule", "result"), [("ABBBBA", ("1",)), ("AABBBB", ())])
def test_who_does_not_wait_hears_what_is_there(stage: Stage, schedule: str, result: tuple[str, ...]) -> None:
    assert heard(run(stage, "hear_what_is_there", schedule)) == result


@pytest.mark.parametrize("way", ["hear", "hear_awaited"])
def test_where_nobody_tells_the_time_is_up_and_nothing_hangs(stage: Stage, way: str) -> None:
    history = stage.run(Case("heralds", "rc", {"A": (Call(way),)}, ()))
    assert heard(history) == ()


def test_in_a_serial_order_the_time_is_up_before_the_next_call_begins(stage: Stage) -> None:
    case = Case("heralds", "rc", {"A": (Call("hear"),), "B": (Call("count"),)}, ())
    assert heard(serial_history(stage, case, "AB")) == ()
    assert heard(serial_history(stage, case, "BA")) == ()
    assert heard(serial_history_again(stage, case, "AB")) == ()


def test_who_waits_for_ever_for_what_nobody_tells_hangs(stage: Stage) -> None:
    history = stage.run(Case("heralds", "rc", {"A": (Call("hear_one"),)}, ()))
    assert history.hung["A"].startswith("waits for a notification at test_notifications.py:")


@does
def listen(session: Any) -> None:
    session.execute(text("LISTEN counts"))
    session.commit()


@does
def notify(session: Any) -> None:
    session.execute(text("NOTIFY counts"))
    session.commit()


@does
def channels(session: Any) -> Any:
    return session.scalars(text("SELECT pg_listening_channels()")).all()


@pytest.mark.parametrize("driver", DRIVERS)
def test_in_the_next_case_nobody_listens(server: Server, driver: str) -> None:
    with server.scratch() as scratch, closing(Stage(on_driver(driver)(), scratch)) as stage:
        both = {"A": (call(listen), call(channels)), "B": (call(notify),)}
        listening = stage.run(Case("heralds", "rc", both, ()))
        assert [outcome.result for outcome in listening.outcomes if outcome.session == "A"][1] == ("counts",)
        after = stage.run(Case("heralds", "rc", {"A": (call(channels),)}, ()))
        assert after.outcomes[0].result == ()
