"""What is minimised is the least there is: of many sessions, of many preemptions, and by trying all that is smaller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.minimise import Minimiser
from fuzz.postgres import Server
from fuzz.trial import Trial, Verdict
from fuzz.trials import Trials
from tests.every_interleaving import every_interleaving
from tests.targets_for_engine import change
from tests.targets_that_race import Crossing, Losing, Skewing, _Accounts

Programs = Mapping[str, tuple[Call, ...]]


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


READ = Call("read", {"account": 3})


def transfer(source: int, to: int) -> Call:
    return Call("transfer", {"source": source, "to": to})


def minimised(trial: Trial, case: Case) -> tuple[Verdict, str]:
    """The least case that shows the first violation of a case, and the violation's signature."""
    failing = trial(case)
    signature = failing.violations[0].signature
    return Minimiser(trial, signature)(failing, lambda _: ()), signature


def test_a_deadlock_of_three_comes_down_to_three_calls_and_the_least_switches(trials: Trials) -> None:
    transfers = {"A": transfer(1, 2), "B": transfer(2, 3), "C": transfer(3, 1)}
    padded = {session: (READ, call, READ) for session, call in transfers.items()}
    schedule = "AABBCC" + "ABCABCABC" + "ABC" * 6
    least, signature = minimised(trials.of(Crossing), Case("x", "rc", padded, tuple(schedule)))
    assert least.violation(signature) is not None
    assert least.history.case.programs == {session: (call,) for session, call in transfers.items()}
    # C locks; B and A lock and wait, one after the other; C closes the circle and rolls back; B ends, and A.
    assert least.history.switches == 5


class Climbing(_Accounts):
    """Who looks three times may find a balance higher each time, between two steps up: three preemptions."""

    @operation
    def climb(self, session: Session) -> None:
        for _ in range(2):
            session.execute(text(change(1)))
            session.commit()

    @operation
    def watch(self, session: Session) -> None:
        seen = [self.read(session, 1) for _ in range(3)]
        if seen[0] < seen[1] < seen[2]:
            message = "it rises and rises"
            raise ValueError(message)


def test_three_preemptions_stay_where_it_takes_three(trials: Trials) -> None:
    programs = {"A": (READ, Call("watch"), READ), "B": (READ, Call("climb"), READ)}
    schedule = "ABABA" + "BBABBA" + "AB" * 6
    least, signature = minimised(trials.of(Climbing), Case("x", "rc", programs, tuple(schedule)))
    assert least.violation(signature) is not None
    assert least.history.case.programs == {"A": (Call("watch"),), "B": (Call("climb"),)}
    assert least.history.switches == 4  # A looks, B climbs, A looks, B climbs, A looks


DEPOSIT, WITHDRAW = Call("deposit", {"account": 1}), [Call("withdraw", {"account": account}) for account in (1, 2)]

SMALL: list[tuple[type[Target], str, Programs, str]] = [
    (Losing, "rc", {"A": (DEPOSIT,), "B": (DEPOSIT, READ)}, "ABABABABAB"),
    (Skewing, "rr", {"A": (WITHDRAW[0], READ), "B": (WITHDRAW[1],)}, "ABABABA"),
    (Crossing, "rc", {"A": (READ, transfer(1, 2)), "B": (transfer(2, 1), READ)}, "AABABBAB"),
    (Crossing, "rc", {"A": (transfer(1, 2),), "B": (transfer(2, 1), transfer(1, 1))}, "ABABBA"),
]


def smaller(programs: Programs) -> Iterator[Programs]:
    """All programs that are left when calls are dropped, or none."""
    kept = (
        [each for size in range(len(calls) + 1) for each in combinations(calls, size)] for calls in programs.values()
    )
    for chosen in product(*kept):
        yield dict(zip(programs, chosen, strict=True))


@pytest.mark.parametrize(("target", "level", "programs", "schedule"), SMALL)
def test_no_smaller_case_of_all_there_are_shows_it(
    trials: Trials, target: type[Target], level: str, programs: Programs, schedule: str
) -> None:
    trial = trials.of(target)
    least, signature = minimised(trial, Case("x", level, programs, tuple(schedule)))
    all_cases = (Case("x", level, fewer) for fewer in smaller(programs))
    sizes = [
        (case.calls, verdict.history.switches)
        for case in all_cases
        for verdict in every_interleaving(trial, case)
        if verdict.violation(signature)
    ]
    assert (least.history.case.calls, least.history.switches) == min(sizes)
