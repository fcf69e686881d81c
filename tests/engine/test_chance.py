"""The clock and the dice repeat, differ between sessions, and never stand still."""

from __future__ import annotations

import os
import random
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.chance import EPOCH, own_clock_and_dice, sleep_by_the_clock
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.lookup import find_target
from fuzz.postgres import Server
from tests.targets_for_engine import case, change, read, sql


def results(history: History) -> dict[str, Any]:
    return {outcome.session: outcome.result for outcome in history.outcomes}


def test_the_dice_repeat_and_differ_between_sessions(stage: Stage) -> None:
    throws = case("ABABAB", A=Call("dice"), B=Call("dice"))
    first, second = stage.run(throws), stage.run(throws)
    assert results(first) == results(second)
    drawn = [value for result in results(first).values() for value in result]
    assert len(drawn) == 16
    assert len(set(drawn)) == 16


def test_a_sessions_dice_do_not_depend_on_the_schedule(stage: Stage) -> None:
    schedules = ("AABB", "BBAA", "ABBA")
    assert (
        len({str(sorted(results(stage.run(case(s, A=Call("dice"), B=Call("dice")))).items())) for s in schedules}) == 1
    )


def test_another_seed_throws_other_dice(stage: Stage) -> None:
    throws = case(A=Call("dice"))
    other = type(throws)(throws.target, throws.isolation, throws.programs, seed=throws.seed + 1)
    assert not set(results(stage.run(throws))["A"]) & set(results(stage.run(other))["A"])


class Drawn(Target):
    """Its seed and what it opens are drawn."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE drawn (id uuid PRIMARY KEY, number double precision)"))

    def open(self, url: str) -> str:
        return str(uuid4())

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO drawn VALUES (:id, :number)"), {"id": uuid4(), "number": random.random()})

    @operation
    def opened(self, app: str) -> str:
        return app


def test_what_a_seed_draws_is_the_same_in_every_database(server: Server) -> None:
    opened: set[Any] = set()
    seeds = set()
    for _ in range(2):
        with server.scratch() as scratch, closing(Stage(Drawn(), scratch)) as laid_out:
            history = laid_out.run(case(A=Call("opened"), B=Call("opened")))
        opened.add(tuple(outcome.result for outcome in history.outcomes))
        seeds.add(str(history.seed))
    assert len(seeds) == 1
    assert len(opened) == 1
    assert len(set(*opened)) == 2


def test_the_clock_repeats_and_never_stands_still(stage: Stage) -> None:
    readings = case("ABAB", A=Call("clock"), B=Call("clock"))
    first, second = stage.run(readings), stage.run(readings)
    assert results(first) == results(second)
    times = [value for result in results(first).values() for value in result[:2]]
    assert len(set(times)) == 4
    texts = [value for result in results(first).values() for value in result[2:4]]
    assert len(set(texts)) == 4
    assert all(str(text).startswith("2030-01-01") for text in texts)


def test_who_sleeps_finds_the_clock_later_and_does_not_wait(stage: Stage) -> None:
    before, after = results(stage.run(case(A=Call("sleep"))))["A"]
    assert 3600 < after - before < 3601


SLEEPER = """
from time import sleep

from fuzz import Target, operation


class Sleeper(Target):
    def create(self, engine):
        sleep(0)

    @operation
    def nap(self, engine):
        sleep(3600)
"""


def test_so_does_who_has_imported_it_by_name(server: Server, tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    sleeper = find_target(str(tmp_path / "sleeper.py"))
    with server.scratch() as scratch, closing(Stage(sleeper(), scratch)) as laid_out:
        history = laid_out.run(case(A=Call("nap")))
    assert [outcome.failure for outcome in history.outcomes] == [None]
    assert not history.hung


def test_outside_of_sessions_to_sleep_is_to_wait() -> None:
    before = time.monotonic()
    with sleep_by_the_clock():
        time.sleep(0.01)
    assert time.monotonic() - before >= 0.01
    with sleep_by_the_clock(), pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


def test_the_clock_does_not_tell_whether_a_connection_was_in_the_pool(fresh_stage: Stage) -> None:
    readings = [results(fresh_stage.run(case(A=Call("clock_of_two_connections")))) for _ in range(3)]
    assert readings[0] == readings[1] == readings[2]


def test_outside_of_cases_time_and_chance_are_the_machines() -> None:
    random.seed(3)
    expected = [random.Random(3).random()]
    with own_clock_and_dice(EPOCH):
        assert time.time() > EPOCH.timestamp()
        random.random()
        first, second = time.monotonic(), time.monotonic()
        assert first <= second
    assert time.time() < EPOCH.timestamp()
    assert [random.random()] == expected
    assert os.urandom(16) != os.urandom(16)


@pytest.mark.parametrize("times", [150, pytest.param(1000, marks=pytest.mark.soak)])
def test_replays_of_a_mixed_case_are_identical(stage: Stage, times: int) -> None:
    mixed = case(
        "ABCABCABBA",
        "rr",
        A=[sql(read(1), change(1), change(2), "commit"), Call("dice")],
        B=[sql(change(2), change(1), "commit"), Call("clock")],
        C=[sql("INSERT INTO notes (account, body) VALUES (1, 'c') RETURNING id", "rollback"), Call("savepoint")],
    )
    assert len({stage.run(mixed).digest() for _ in range(times)}) == 1
