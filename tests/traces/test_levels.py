"""What came of a serial order at one isolation level tells what comes of it at another, without running it there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from fuzz.trial import Trial
from fuzz.trials import Trials
from tests.accesses.programs import Programs, cases
from tests.targets_for_engine import SCHEMA


@pytest.fixture(scope="module")
def trial(server: Server) -> Iterator[Trial]:
    with server.scratch() as scratch, closing(Stage(Programs(), scratch)) as stage:
        yield Trial(stage)


def told(history: History) -> Any:
    """All that happened, rows that were not asked for in an order aside: an index may give them in another."""
    steps = [step._replace(rows=tuple(sorted(step.rows, key=repr))) for step in history.steps]
    return steps, history.outcomes, history.commits, history.case.schedule


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_a_serial_order_comes_to_what_is_told_of_it_at_each_level(trial: Trial, case: Case) -> None:
    verdict = trial(Case(case.target, "rc", case.programs))
    for level in ("rr", "ser"):
        known = trial.at_level(verdict, level)
        assert known is not None
        assert told(known.history) == told(trial.stage.run(Case(case.target, level, case.programs)))


class Levels(Target):
    """Operations of which one knows where it is, one uses two connections, and one does neither."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text(SCHEMA))

    @operation
    def ask(self, session: Session) -> Any:
        return session.scalar(text("SHOW transaction_isolation"))

    @operation
    def use_two(self, engine: Engine) -> Any:
        with engine.connect() as one, engine.begin() as other:
            return one.scalar(text("SELECT 1")), other.scalar(text("SELECT 2"))

    @operation
    def choose(self, session: Session) -> Any:
        session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        return session.scalar(text("SELECT 3"))

    @operation
    def look(self, session: Session) -> Any:
        return session.scalar(text("SELECT 4"))


@pytest.mark.parametrize(("name", "is_told"), [("ask", False), ("use_two", False), ("choose", False), ("look", True)])
def test_what_may_differ_at_another_level_is_not_told(server: Server, name: str, is_told: bool) -> None:
    with Trials(server) as trials:
        trial = trials.of(Levels)
        verdict = trial(Case("levels.py", "rc", {"A": (Call(name),)}))
        assert (trial.at_level(verdict, "rr") is not None) == is_told


def test_calls_that_overlap_are_not_told_either(trial: Trial) -> None:
    put = Call("do", {"acts": (("put", 1, 3), ("get", 1)), "ends": "commit"})
    programs = {"A": (put,), "B": (put,)}
    assert trial.at_level(trial(Case("programs.py", "rc", programs, tuple("ABAAA"))), "rr") is None
    assert trial.at_level(trial(Case("programs.py", "rc", programs, tuple("AAABBB"))), "rr") is not None
