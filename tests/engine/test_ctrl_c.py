"""Ctrl-C while a session's code runs, or is waited for: it ends the run, and nothing is left of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from time import sleep
from typing import ClassVar, Literal

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.engine.counters import READ, _Counters


class Interrupted(_Counters):
    """Is interrupted in the middle of a call, or before it counts."""

    substrate: ClassVar[Literal["greenlet", "thread"] | None] = "greenlet"

    def open(self, url: str) -> Engine:
        return create_engine(url)

    @operation
    def count(self, session: Session) -> None:
        session.execute(text("UPDATE counters SET value = value + 1"))
        session.commit()

    @operation
    def interrupt(self, session: Session) -> None:
        session.execute(READ)
        os.kill(os.getpid(), signal.SIGINT)
        sleep(0.2)
        session.execute(READ)
        session.commit()


class InThreads(Interrupted):
    substrate = "thread"


@pytest.fixture(params=[Interrupted, InThreads])
def stage(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(request.param(), scratch, step_timeout=2)) as laid_out:
        yield laid_out


def written(stage: Stage) -> list[object]:
    history = stage.run(Case("interrupted", "rc", {"A": (Call("count"),), "B": (Call("count"),)}))
    return [write.row["value"] for commit in history.commits for write in commit.writes]


def test_it_ends_a_run_and_the_next_one_finds_all_as_it_should_be(stage: Stage) -> None:
    with pytest.raises(KeyboardInterrupt):
        stage.run(Case("interrupted", "rc", {"A": (Call("interrupt"),), "B": (Call("count"),)}, tuple("BAA")))
    assert written(stage) == [1, 2]


def test_it_ends_a_call_that_is_made_before_it_counts(stage: Stage) -> None:
    with pytest.raises(KeyboardInterrupt):
        stage.warm([Call("interrupt")])
    assert written(stage) == [1, 2]
