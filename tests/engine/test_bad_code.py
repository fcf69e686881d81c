"""Code that does what cannot be scheduled: one clear word, and never a hang."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from select import select
from typing import Any, ClassVar, Literal, Never

import asyncpg  # type: ignore[import-untyped]  # it has no types
import psycopg2
import pytest
from psycopg import AsyncConnection, connect
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

import fuzz.engine.environment
import fuzz.engine.environments
import fuzz.engine.listening
from fuzz import Target, invariant, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.errors import TargetError
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.counters import READ, _Counters


class Wild(_Counters):
    """What operations should not do."""

    substrate: ClassVar[Literal["greenlet", "thread"] | None] = "greenlet"

    def open(self, url: str) -> str:
        return url

    @operation
    def loop_for_ever(self, session: Session) -> Never:
        session.execute(READ)
        while True:
            pass

    @operation
    def wait_for_ever(self, session: Session) -> None:
        session.execute(READ)
        select([], [], [], 60)

    @operation
    def send_for_ever(self, session: Session) -> Never:
        while True:
            session.execute(READ)

    @operation
    def in_a_thread(self, session: Session) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(session.execute, READ).result()

    @operation
    def in_a_thread_that_is_not_asked(self, session: Session) -> None:
        connection = session.connection()
        _in_a_thread(lambda: _quietly(lambda: connection.execute(READ)))

    @operation
    def in_a_thread_that_ends_with_it(self, session: Session) -> None:
        connection = session.connection()
        _in_a_thread(lambda: connection.execute(READ))

    @operation
    def in_a_thread_that_fails(self) -> None:
        _in_a_thread(lambda: 1 // 0)

    @operation
    def in_a_process(self, session: Session) -> None:
        session.execute(READ)
        if (child := os.fork()) == 0:
            _quietly(lambda: session.execute(READ))
            os._exit(0)
        os.waitpid(child, 0)
        session.commit()

    @operation
    def in_a_process_that_connects(self, session: Session, app: str) -> None:
        session.execute(READ)
        if (child := os.fork()) == 0:
            _quietly(lambda: create_engine(app).connect().execute(READ))
            os._exit(0)
        os.waitpid(child, 0)
        session.commit()

    @operation
    def in_a_process_of_no_concern(self, session: Session) -> None:
        session.execute(READ)
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)
        session.commit()

    @operation
    def end_the_process(self, session: Session) -> None:
        session.execute(READ)
        os._exit(0)

    @operation
    def end_the_process_and_swallow(self, session: Session) -> None:
        session.execute(READ)
        _quietly(lambda: os._exit(0))

    @operation
    def become_two(self, session: Session) -> None:
        session.execute(READ)
        if (child := os.fork()) != 0:
            os.waitpid(child, 0)
        session.commit()

    @operation
    def elsewhere(self, app: str) -> None:
        engine = create_engine("sqlite:///:memory:")
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()

    @operation
    def elsewhere_and_swallowed(self, app: str) -> None:
        _quietly(lambda: create_engine(app.rpartition("/")[0] + "/postgres").connect())

    @operation
    def past_sqlalchemy(self, app: str) -> None:
        address = app.replace("+psycopg", "")
        with create_engine(app, creator=lambda: connect(address)).connect() as connection:
            connection.execute(READ)

    @operation
    def by_psycopg(self, app: str) -> None:
        with connect(app.replace("+psycopg", "")) as connection:
            connection.execute("SELECT value FROM counters")

    @operation
    def by_psycopg_swallowed(self, app: str) -> None:
        with connect(app.replace("+psycopg", "")) as connection:
            _quietly(lambda: connection.execute("SELECT value FROM counters"))

    @operation
    def by_psycopg_in_a_thread(self, app: str) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(self.by_psycopg, app).result()

    @operation
    def by_psycopg_awaited(self, app: str) -> None:
        async def look() -> None:
            async with await AsyncConnection.connect(app.replace("+psycopg", "")) as connection:
                await connection.execute("SELECT value FROM counters")

        asyncio.run(look())

    @operation
    def by_psycopg2(self, app: str) -> None:
        psycopg2.connect(app.replace("+psycopg", ""))

    @operation
    def by_asyncpg(self, app: str) -> None:
        async def look() -> None:
            await asyncpg.connect(app.replace("+psycopg", ""))

        asyncio.run(look())

    @operation
    def in_two_phases(self, engine: Engine) -> None:
        with Session(engine, twophase=True) as session:
            session.execute(READ)
            session.commit()

    @operation
    def in_two_phases_swallowed(self, engine: Engine) -> None:
        _quietly(lambda: self.in_two_phases(engine))

    @operation
    def in_two_phases_by_psycopg2(self, app: str) -> None:
        self.in_two_phases(create_engine(app.replace("+psycopg", "+psycopg2")))

    @operation
    def in_two_phases_by_its_words(self, session: Session) -> None:
        session.execute(READ)
        session.execute(text("PREPARE TRANSACTION 'first'"))

    @operation
    def in_two_phases_by_the_second(self, engine: Engine) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("COMMIT PREPARED 'first'"))

    @operation
    def by_the_engine(self, engine: Engine) -> None:
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("UPDATE counters SET value = value + 1")
            connection.commit()

    @operation
    def awaitable(self, session: Session) -> Any:
        return _later()

    @operation
    async def awaitable_in_the_end(self, session: AsyncSession) -> Any:
        return _later()

    @operation
    def two_engines(self, engine: Engine, app: str) -> int:
        other = create_engine(app)
        with engine.begin() as one, other.begin() as two:
            found = one.scalar(READ) + two.scalar(READ)
        other.dispose()
        return int(found)

    @operation
    def count(self, session: Session) -> None:
        session.execute(text("UPDATE counters SET value = value + 1"))
        session.commit()


class InThreads(Wild):
    """The same in threads."""

    substrate = "thread"


class Allowed(Wild):
    """With a second database that it may use."""

    other_databases = (":memory:",)


async def _later() -> None:
    """What a decorator returns that does not see to it that it is awaited."""


def _quietly(act: Callable[[], Any]) -> None:
    with suppress(Exception):  # code that swallows whatever it is told
        act()


def _in_a_thread(act: Callable[[], Any]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


@pytest.fixture(scope="module", params=[Wild, InThreads])
def stage(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(request.param(), scratch, step_timeout=2)) as laid_out:
        yield laid_out


def run(stage: Stage, way: str, schedule: str = "") -> History:
    programs = {"A": (Call(way),), "B": (Call("count"),)}
    return stage.run(Case("wild", "rc", programs, tuple(schedule)))


def goes_on(stage: Stage) -> bool:
    history = run(stage, "count")
    return [write.row["value"] for commit in history.commits for write in commit.writes] == [1, 2]


@pytest.mark.parametrize("how", ["", "_swallowed", "_by_psycopg2", "_by_its_words", "_by_the_second"])
def test_two_phases_are_refused_before_anything_is_prepared(
    stage: Stage, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TargetError, match=r"commits in two phases \(PREPARE TRANSACTION\), at test_bad_code\.py:\d+"):
        run(stage, f"in_two_phases{how}", "AAA")
    assert not caplog.records
    assert goes_on(stage)


@pytest.mark.parametrize("way", ["loop_for_ever", "wait_for_ever"])
def test_code_that_never_sends_its_next_statement_is_a_hang_that_says_where(stage: Stage, way: str) -> None:
    history = run(stage, way, "BAA")
    assert "neither sent a statement nor came to its end" in history.hung["A"]
    assert goes_on(stage)


def test_a_call_that_sends_statements_for_ever_is_a_hang(stage: Stage) -> None:
    history = run(stage, "send_for_ever")
    assert history.hung == {"A": "has sent 10,000 statements in one call, and goes on"}
    assert goes_on(stage)


@pytest.mark.parametrize(("way", "who"), [("in_a_thread", "a thread"), ("in_a_thread_that_is_not_asked", "a thread")])
def test_a_thread_that_uses_the_database_is_refused_even_if_nobody_hears(stage: Stage, way: str, who: str) -> None:
    with pytest.raises(TargetError, match=f"has started {who} of its own that uses the database"):
        run(stage, way, "AAA")
    assert goes_on(stage)


def test_a_thread_that_ends_with_it_is_quiet_and_with_anything_else_is_heard(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    with pytest.raises(TargetError):
        run(stage, "in_a_thread_that_ends_with_it")
    monkeypatch.setattr(fuzz.engine.listening._PROCESS, "_outer", heard.append)
    with pytest.raises(TargetError):
        run(stage, "in_a_thread_that_ends_with_it")
    assert not heard
    run(stage, "in_a_thread_that_fails")
    assert [each.exc_type for each in heard] == [ZeroDivisionError]


@pytest.mark.parametrize("way", ["in_a_process", "become_two", "in_a_process_that_connects"])
def test_a_process_that_uses_the_database_is_refused_though_its_exception_stays_in_it(stage: Stage, way: str) -> None:
    with pytest.raises(TargetError, match="has started a process of its own that uses the database, at test_bad_code"):
        run(stage, way, "AAB")
    assert goes_on(stage)


@pytest.mark.parametrize("way", ["end_the_process", "end_the_process_and_swallow"])
def test_code_that_ends_the_process_is_refused(stage: Stage, way: str) -> None:
    with pytest.raises(TargetError, match=r"ends the process by os\._exit, at test_bad_code\.py:\d+"):
        run(stage, way)
    assert goes_on(stage)


def test_a_process_that_leaves_the_database_alone_disturbs_nobody(stage: Stage) -> None:
    history = run(stage, "in_a_process_of_no_concern", "AB")
    assert [outcome.failure for outcome in history.outcomes] == [None, None]
    assert goes_on(stage)


@pytest.mark.parametrize(
    ("way", "database"), [("elsewhere", "sqlite database ':memory:'"), ("elsewhere_and_swallowed", "'postgres'")]
)
def test_a_connection_to_another_database_is_refused_even_if_nobody_hears(
    stage: Stage, way: str, database: str
) -> None:
    with pytest.raises(TargetError, match=f"{database}.*, which is not the scratch database"):
        run(stage, way)
    assert goes_on(stage)


def test_a_connection_to_a_database_that_the_target_names_is_left_alone(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Allowed(), scratch)) as allowing:
        assert [outcome.failure for outcome in run(allowing, "elsewhere").outcomes] == [None, None]


def test_an_engine_that_goes_past_sqlalchemy_s_way_to_connect_is_told(stage: Stage) -> None:
    with pytest.raises(TargetError, match="with a `creator` of its own"):
        run(stage, "past_sqlalchemy")
    assert goes_on(stage)


BYPASSES = {
    "by_psycopg": "psycopg",
    "by_psycopg_swallowed": "psycopg",
    "by_psycopg_in_a_thread": "psycopg",
    "by_psycopg_awaited": "psycopg",
    "by_psycopg2": "psycopg2",
    "by_asyncpg": "asyncpg",
}


@pytest.mark.parametrize(("way", "driver"), BYPASSES.items())
def test_a_driver_s_own_connection_is_refused_however_it_was_made(stage: Stage, way: str, driver: str) -> None:
    told = rf"has a connection of its own to the scratch database, by {driver} and past .*, at test_bad_code.py:\d"
    with pytest.raises(TargetError, match=told):
        run(stage, way, "AB")
    assert goes_on(stage)


def test_one_that_it_has_had_from_the_beginning_is_refused_too(server: Server) -> None:
    with server.scratch() as scratch, scratch.connect() as own:

        class Having(_Counters):
            @operation
            def look(self, session: Session) -> None:
                own.execute("SELECT value FROM counters")

        with closing(Stage(Having(), scratch)) as laid_out, pytest.raises(TargetError, match="a connection of its own"):
            run(laid_out, "look")


def test_one_that_an_engine_gives_is_scheduled(stage: Stage) -> None:
    history = run(stage, "by_the_engine", "AB")
    assert [step.sql for step in history.steps if step.session == "A"] == [
        "UPDATE counters SET value = value + 1",
        "COMMIT",
    ]


@pytest.mark.parametrize("way", ["awaitable", "awaitable_in_the_end"])
def test_what_is_left_to_be_awaited_is_told(stage: Stage, way: str) -> None:
    with pytest.raises(TargetError, match=rf"^Wild\.{way} returned a coroutine, which nobody awaits"):
        run(stage, way)
    assert goes_on(stage)


@pytest.mark.parametrize("method", ["open", "seed"])
def test_so_it_is_where_the_target_is_laid_out(server: Server, method: str) -> None:
    left: type[Target] = type("Left", (_Counters,), {method: lambda _self, engine=None, url=None: _later()})  # noqa: ARG005
    with server.scratch() as scratch, pytest.raises(TargetError, match="a coroutine, which nobody awaits"):
        Stage(left(), scratch)


def test_an_invariant_that_nobody_awaits_is_no_violation_but_told(server: Server) -> None:
    class Asked(Wild):
        @invariant
        def holds(self, session: Session) -> Any:
            return _later()

    told = pytest.raises(TargetError, match="holds returned a coroutine")
    with server.scratch() as scratch, closing(Stage(Asked(), scratch)) as asking, told:
        run(asking, "count")


def test_two_engines_in_one_operation_are_both_scheduled(stage: Stage) -> None:
    history = run(stage, "two_engines", "ABBA")
    steps = [step for step in history.steps if step.session == "A"]
    assert [step.connection for step in steps[:2]] == [0, 1]
    assert next(outcome.result for outcome in history.outcomes if outcome.session == "A") == 1


@pytest.mark.parametrize(
    ("statement", "needs"),
    [
        ("CREATE EXTENSION postgis", "the extension postgis"),
        ("CREATE TABLE places (id integer, place geometry)", "the extension that has the type geometry"),
    ],
)
def test_an_extension_that_the_server_lacks_is_named_with_the_way_to_another_server(
    server: Server, statement: str, needs: str
) -> None:
    def create(_self: Any, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text(statement))

    needing: type[Target] = type("Needing", (Target,), {"create": create})
    with server.scratch() as scratch, pytest.raises(TargetError, match=f"If that is {needs}: .*--dsn URL"):
        Stage(needing(), scratch)


def hanging(method: str) -> type[Target]:
    def hang(_self: Any, _engine: Engine) -> None:
        select([], [], [], 60)

    def wait(_self: Any, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_sleep(60)"))

    return type("Hanging", (_Counters,), {method: {"create": hang, "seed": wait}[method]})


@pytest.mark.parametrize("method", ["create", "seed"])
def test_a_schema_or_a_seed_that_is_never_made_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(fuzz.engine.environments, "LONGEST_LAYING_OUT", 0.5)
    problem = f"Hanging has not come to the end of {method}: it is at test_bad_code.py:"
    with server.scratch() as scratch, pytest.raises(TargetError, match=problem):
        Stage(hanging(method)(), scratch)


def test_a_seed_that_waits_for_a_lock_of_its_own_is_told_so(server: Server) -> None:
    def wait(_self: Any, engine: Engine) -> None:
        with engine.begin() as one, engine.begin() as other:
            one.execute(text("LOCK TABLE counters"))
            other.execute(text("LOCK TABLE counters"))

    waiting: type[Target] = type("Waiting", (_Counters,), {"seed": wait})
    with (
        server.scratch() as scratch,
        pytest.raises(TargetError, match=r"could not seed the database: .* lock timeout"),
    ):
        Stage(waiting(), scratch)


def opening(act: Callable[[Any, str], Any]) -> type[Target]:
    return type("Opening", (_Counters,), {"open": act})


def fail(_self: Any, _url: str) -> None:
    raise ValueError("no settings")


def ask_for_loop(_self: Any, _url: str) -> None:
    asyncio.get_running_loop()


def hang(_self: Any, _url: str) -> None:
    select([], [], [], 60)


async def hang_awaited(_self: Any, _url: str) -> None:
    threading.Event().wait()


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (fail, "Opening could not open: ValueError: no settings"),
        (ask_for_loop, r"RuntimeError: no running event loop\n.*write it as `async def`"),
        (hang, "Opening has not come to the end of open: it is at test_bad_code.py:"),
        (hang_awaited, "Opening has not come to the end of open: it is at test_bad_code.py:"),
    ],
)
def test_an_open_that_raises_or_hangs_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, act: Callable[[Any, str], Any], problem: str
) -> None:
    monkeypatch.setattr(fuzz.engine.environment, "LONGEST_OPEN", 0.5)
    with server.scratch() as scratch, pytest.raises(TargetError, match=problem):
        Stage(opening(act)(), scratch)
