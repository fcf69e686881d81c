"""Code that builds its own engine makes each call once before it counts: whatever comes of that, it counts then."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import ClassVar, Literal

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server

MADE: Counter[str] = Counter()
"""How often each operation was called."""

COUNT = text("UPDATE counters SET value = value + 1 WHERE id = 1")
SLEEP = text("SELECT pg_sleep(600)")


class _Own(BaseException):
    pass


class Opened(Target):
    """Operations that do not come to their end as they should."""

    substrate: ClassVar[Literal["greenlet", "thread"] | None] = "greenlet"

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE counters (id integer PRIMARY KEY, value integer NOT NULL)"))
            connection.execute(text("INSERT INTO counters VALUES (1, 0)"))

    def open(self, url: str) -> Engine:
        return create_engine(url)

    @operation
    def count(self, app: Engine) -> None:
        MADE["count"] += 1
        with Session(app) as session:
            session.execute(COUNT)
            session.commit()

    @operation
    def leave(self) -> None:
        MADE["leave"] += 1
        sys.exit(0)

    @operation
    def leave_by_an_exception_of_its_own(self) -> None:
        MADE["leave_by_an_exception_of_its_own"] += 1
        raise _Own

    @operation
    def sleep_with_a_lock(self, app: Engine) -> None:
        MADE["sleep_with_a_lock"] += 1
        with Session(app) as session:
            session.execute(COUNT)
            session.execute(SLEEP)

    @operation
    def wait_for_itself(self, app: Engine) -> None:
        MADE["wait_for_itself"] += 1
        with Session(app) as session, Session(app) as other:
            session.execute(COUNT)
            other.execute(COUNT)


class OpenedInThreads(Opened):
    substrate = "thread"


@pytest.fixture(params=[Opened, OpenedInThreads])
def stage(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    MADE.clear()
    with server.scratch() as scratch, closing(Stage(request.param(), scratch, step_timeout=0.5)) as laid_out:
        yield laid_out


def run(stage: Stage, *operations: str) -> History:
    programs = {"A": tuple(map(Call, operations)), "B": ()}
    stage.warm(programs["A"])
    return stage.run(Case("opened", "rc", programs))


@pytest.mark.parametrize(("way", "raised"), [("leave", "SystemExit"), ("leave_by_an_exception_of_its_own", "_Own")])
def test_what_ends_a_process_ends_neither_it_nor_the_call_without_a_word(stage: Stage, way: str, raised: str) -> None:
    (outcome,) = run(stage, way).outcomes
    assert outcome.failure is not None
    assert outcome.failure.name.endswith(raised)


@pytest.mark.parametrize("way", ["sleep_with_a_lock", "wait_for_itself"])
def test_a_call_that_hangs_then_is_given_up_in_the_first_session_and_hangs_when_it_counts(
    stage: Stage, way: str
) -> None:
    assert run(stage, "count").outcomes[0].failure is None
    assert list(run(stage, way).hung) == ["A"]
    assert MADE[way] == 2
    (commit,) = run(stage, "count").commits
    assert [write.row["value"] for write in commit.writes] == [1]
