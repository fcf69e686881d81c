"""Sessions that wait for each other in Python: nothing hangs, what is found stays found, and it is told."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.case import Call, Case
from fuzz.engine.locks import SessionLock, SessionRLock, locks_of_sessions
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.counters import READ, WRITE, Counter, _Counters
from tests.histories_by_hand import judged

with locks_of_sessions():
    LOCK = threading.Lock()
    RLOCK = threading.RLock()
    CONDITION = threading.Condition()
    QUEUE: queue.Queue[int] = queue.Queue()
GATE = asyncio.Lock()
EVENT = asyncio.Event()
BEFORE = threading.Lock()
"""Made before rowrace could see to it, as where a module is imported by another first."""


def count(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(WRITE, {"value": connection.scalar(READ) + 1})


class Locking(_Counters):
    """Counts behind locks that a module keeps."""

    @operation
    def by_lock(self, engine: Engine) -> None:
        with LOCK:
            count(engine)

    @operation
    def by_lock_or_not_at_all(self, engine: Engine) -> str:
        if not LOCK.acquire(blocking=False):
            return "busy"
        with closing_lock(LOCK):
            count(engine)
        return "counted"

    @operation
    def by_lock_for_a_while(self, engine: Engine) -> str:
        if not LOCK.acquire(timeout=0):
            return "busy"
        with closing_lock(LOCK):
            count(engine)
        return "counted"

    @operation
    def by_nested_lock(self, engine: Engine) -> None:
        with RLOCK, RLOCK:
            count(engine)

    @operation
    def by_condition(self, engine: Engine) -> None:
        with CONDITION:
            count(engine)
            CONDITION.notify()

    @operation
    def put(self, engine: Engine) -> None:
        count(engine)
        QUEUE.put(1)

    @operation
    def get(self, engine: Engine) -> int:
        found = QUEUE.get()
        count(engine)
        return found

    @operation
    def by_lock_of_before(self, engine: Engine) -> None:
        with BEFORE:
            count(engine)

    @operation
    async def by_async_lock(self, engine: AsyncEngine) -> None:
        async with GATE, engine.begin() as connection:
            await connection.execute(WRITE, {"value": await connection.scalar(READ) + 1})

    @operation
    async def by_event(self) -> None:
        await EVENT.wait()
        EVENT.clear()

    @operation
    async def set_event(self) -> None:
        EVENT.set()

    @operation
    async def by_two_tasks(self, engine: AsyncEngine) -> int:
        """The most tasks that were behind the lock at a time."""
        inside: list[int] = [0]

        async def task() -> None:
            async with GATE, engine.begin() as connection:
                inside.append(inside[-1] + 1)
                await connection.execute(READ)
                await asyncio.sleep(0)
                inside.append(inside[-1] - 1)

        await asyncio.gather(task(), task())
        return max(inside)


class closing_lock:  # noqa: N801 - used as a function
    """Releases a lock that was taken already."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Threaded(Locking):
    """The same in threads."""

    substrate = "thread"


class Passing(Locking):
    """The same as if each session were a process."""

    locks_passed_by = True


class OneConnection(_Counters):
    """Two sessions on one connection."""

    kept: Engine | None = None

    def open(self, url: str) -> Engine:
        if OneConnection.kept is None or OneConnection.kept.url.render_as_string(hide_password=False) != url:
            OneConnection.kept = create_engine(url, poolclass=StaticPool)
        return OneConnection.kept

    @operation
    def by_session(self, app: Engine) -> None:
        with Session(app) as session:
            session.get_one(Counter, "visits").value += 1
            session.commit()


@pytest.fixture(scope="module", params=[Locking, Threaded])
def stage(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(request.param(), scratch, step_timeout=2)) as laid_out:
        yield laid_out


@pytest.fixture(scope="module")
def passing(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Passing(), scratch)) as laid_out:
        yield laid_out


def run(stage: Stage, one: str, other: str, schedule: str) -> History:
    programs = {"A": (Call(one),), "B": (Call(other),)}
    return stage.run(Case("waiting", "rc", programs, tuple(schedule)))


def counted(history: History) -> list[int]:
    return [write.row["value"] for commit in history.commits for write in commit.writes]


@pytest.mark.parametrize("way", ["by_lock", "by_nested_lock", "by_condition", "by_async_lock"])
def test_who_finds_a_lock_taken_waits_until_it_is_free_and_that_is_told(stage: Stage, way: str) -> None:
    history = run(stage, way, way, "ABABABB")
    assert (counted(history), history.hung) == ([1, 2], {})
    assert [(paused.session, paused.where.split(":")[0]) for paused in history.paused] == [
        ("B", "test_waits_in_python.py")
    ]


@pytest.mark.parametrize("way", ["by_lock", "by_nested_lock", "by_condition", "by_async_lock"])
def test_locks_are_passed_by_where_the_target_asks_for_it(passing: Stage, way: str) -> None:
    history = run(passing, way, way, "ABAABB")
    assert (counted(history), history.paused) == ([1, 1], ())
    assert not LOCK.locked()
    assert not GATE.locked()


@pytest.mark.parametrize("way", ["by_lock", "by_nested_lock", "by_condition", "by_async_lock"])
def test_it_is_told_that_it_was_a_lock(stage: Stage, way: str) -> None:
    assert {paused.what for paused in run(stage, way, way, "AB").paused} == {"a lock in Python"}


def test_what_is_no_lock_is_not_called_one(stage: Stage) -> None:
    history = run(stage, "by_event", "set_event", "AB")
    assert ([paused.what for paused in history.paused], history.hung) == (["something in Python"], {})


def test_tasks_of_one_session_wait_for_a_lock_that_sessions_pass_by(passing: Stage) -> None:
    history = run(passing, "by_two_tasks", "by_two_tasks", "ABAABBABAABB")
    assert {outcome.session: outcome.result for outcome in history.outcomes} == {"A": 1, "B": 1}
    assert history.paused == ()


@pytest.mark.parametrize("way", ["by_lock_or_not_at_all", "by_lock_for_a_while"])
def test_who_would_not_wait_for_a_lock_does_not(stage: Stage, way: str) -> None:
    history = run(stage, "by_lock", way, "ABA")
    assert [outcome.result for outcome in history.outcomes] == ["busy", None]
    assert history.paused == ()


def test_what_a_session_waits_for_in_a_queue_another_brings(stage: Stage) -> None:
    history = run(stage, "get", "put", "ABBBAAA")
    assert {outcome.session: outcome.result for outcome in history.outcomes} == {"A": 1, "B": None}
    assert counted(history) == [1, 2]


def test_what_no_session_brings_is_a_hang_that_says_where(stage: Stage) -> None:
    history = run(stage, "get", "by_lock", "AB")
    (why,) = history.hung.values()
    assert why.startswith("waits for a lock in Python at test_waits_in_python.py:")
    assert run(stage, "by_lock", "by_lock", "").hung == {}


def test_a_lock_that_was_made_too_early_is_a_hang_that_says_where(stage: Stage) -> None:
    history = run(stage, "by_lock_of_before", "by_lock_of_before", "AB")
    (why,) = history.hung.values()
    assert why.startswith("has come to test_waits_in_python.py:")
    (found,) = (each for each in judged(history) if each.kind == "hung")
    assert "a service object of its own in `open`" in str(found)
    if BEFORE.locked():
        BEFORE.release()
    assert run(stage, "by_lock", "by_lock", "").hung == {}


def test_two_sessions_that_share_a_connection_wait_for_each_other_s_exchange_and_do_not_hang(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(OneConnection(), scratch)) as stage:
        history = run(stage, "by_session", "by_session", "ABABAB")
        assert history.hung == {}
        assert [paused.session for paused in history.paused] == ["B"]


def test_outside_of_sessions_the_locks_are_like_any_other() -> None:
    lock, many = SessionLock(), SessionRLock()
    with lock:
        assert lock.locked()
        assert not lock.acquire(blocking=False)
    with many, many:
        assert many._recursion_count() == 2  # as multiprocessing asks of one made while a target was imported
    assert many._recursion_count() == 0
    with pytest.raises(RuntimeError, match="un-acquired"):
        many.release()
    assert not lock.locked()
