from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fuzz.case import Call, Case
from fuzz.finding import Finding
from fuzz.lookup import find_target
from fuzz.postgres import Server
from fuzz.trial import Verdict
from fuzz.trials import Trials

ROOT = Path(__file__).parents[2]

Judge = Callable[[Case], Verdict]
Find = Callable[[Case], Finding]


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


@pytest.fixture
def judge(trials: Trials) -> Judge:
    """Runs a case once."""
    return lambda case: trials.of(find_target(case.target))(case)


@pytest.fixture
def find(judge: Judge) -> Find:
    """Makes a finding of a case."""

    def make(case: Case) -> Finding:
        verdict = judge(case)
        first, *others = verdict.violations
        return Finding(
            first, tuple(others), verdict.history, replays=3, identical=3, seed=1729, postgres="18.6", first_seen_s=1.5
        )

    return make


@pytest.fixture
def deadlock() -> Case:
    programs = {
        "A": (Call("transfer", {"source": 1, "to": 2}),),
        "B": (Call("transfer", {"source": 2, "to": 1}),),
    }
    return Case("tests/targets/bank.py:Deadlocking", "rc", programs, ("A", "B", "A", "B", "B", "A"))


@pytest.fixture
def vanished() -> Case:
    programs = {"A": (Call("look"),), "B": (Call("remove"),)}
    return Case("tests/targets/bank.py:Expiring", "rr", programs, tuple("AABBBA"))


@pytest.fixture
def overdrawn() -> Case:
    programs = {
        "A": (Call("read", {"account": 1}), Call("withdraw", {"account": 1, "amount": 12})),
        "B": (Call("withdraw", {"account": 2, "amount": 11}),),
    }
    return Case("tests/targets/bank.py:Overdrawn", "rr", programs, tuple("AAABBBBAAA"))
