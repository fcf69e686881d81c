from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import comb

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.postgres import Server
from fuzz.trials import Trials
from tests.classics import check_then_insert, opposite_locks, version_without_retry
from tests.every_interleaving import every_interleaving
from tests.targets_that_race import Losing


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def case(calls: Sequence[Call]) -> Case:
    return Case("x", "rc", {name: (call,) for name, call in zip("ABC", calls, strict=False)})


def schedules(trials: Trials, target: type[Target], run: Case) -> list[str]:
    verdicts = every_interleaving(trials.of(target), run)
    return ["".join(verdict.history.case.schedule) for verdict in verdicts]


def test_statements_that_never_wait_come_in_all_orders(trials: Trials) -> None:
    found = schedules(trials, check_then_insert.Racy, case(check_then_insert.PAIR))
    assert len(found) == len(set(found)) == comb(6, 3)


def test_there_may_be_more_than_two_sessions(trials: Trials) -> None:
    found = schedules(trials, Losing, case([Call("read", {"account": 1})] * 3))
    assert len(found) == len(set(found)) == comb(6, 2) * comb(4, 2)


@pytest.mark.parametrize(
    ("target", "calls", "steps"),
    [
        pytest.param(opposite_locks.Racy, opposite_locks.PAIR, 6, id="deadlocks"),
        pytest.param(version_without_retry.Correct, version_without_retry.PAIR, 9, id="retries"),
    ],
)
def test_where_sessions_wait_or_try_again_it_is_what_all_schedules_come_to(
    trials: Trials, target: type[Target], calls: Sequence[Call], steps: int
) -> None:
    run = case(calls)
    found = schedules(trials, target, run)
    stage = trials.of(target).stage
    tried = {stage.run(run.scheduled(word)).case.schedule for word in product(run.programs, repeat=steps)}
    assert sorted(found) == sorted(map("".join, tried))
