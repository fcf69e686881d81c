from __future__ import annotations

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.generate.hunt import Hunt
from fuzz.generate.reencoding import shrink_as_drawn, turns_of
from fuzz.trial import Trial, Verdict
from tests.benchmarks.executions import counted_executions
from tests.benchmarks.races.workloads import TwoPreemptions
from tests.generate.conftest import Stand
from tests.targets_that_race import Crossing, LongLasting, Losing

DEPOSIT, READ = Call("deposit", {"account": 1}), Call("read", {"account": 2})
ONE, OTHER = Call("transfer", {"source": 1, "to": 2}), Call("transfer", {"source": 2, "to": 1})


def hunted(trial: Trial, case: Case) -> tuple[Hunt, Verdict]:
    """A hunt that has found what is wrong with a case."""
    hunt = Hunt((), lambda _: 0.0, lambda: False)
    verdict = trial(case)
    hunt.look_through(iter([verdict]), 1)
    assert hunt.is_raw
    return hunt, verdict


def test_the_turns_of_a_run_are_whose_it_is_and_how_far_it_goes(stand: Stand) -> None:
    programs = {"A": (DEPOSIT, READ), "B": (READ,)}
    history = stand(Losing)(Case("x", "rc", programs, tuple("AABAABAA"))).history
    assert list(turns_of(history, (DEPOSIT, READ))) == [(0, 2), (0, 1), (1, 3), (0, 0), (1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("target", "programs", "schedule"),
    [
        (Losing, {"A": (READ, DEPOSIT, READ), "B": (READ, DEPOSIT)}, "ABABABABABABAB"),
        (Losing, {"A": (READ,), "B": (DEPOSIT, READ), "C": (READ, DEPOSIT)}, "CBACBACCCBBBBCBCBCBC"),
        (Crossing, {"A": (ONE, ONE), "B": (ONE, OTHER)}, "BBBABAB"),
        (LongLasting, {"A": (ONE, Call("commit"), ONE), "B": (OTHER, OTHER)}, "AAAABABBABAB"),
    ],
)
def test_what_was_found_otherwise_is_shrunk_by_hypothesis(
    stand: Stand, target: type[Target], programs: dict[str, tuple[Call, ...]], schedule: str
) -> None:
    hunt, found = hunted(stand(target), Case("x", "rc", programs, tuple(schedule)))
    shrink_as_drawn(hunt, stand(target))
    assert not hunt.is_raw
    assert hunt.least is not None
    assert hunt.wanted is not None
    assert hunt.least.violation(hunt.wanted)
    assert hunt.least.history.case.calls == 2 < found.history.case.calls
    assert hunt.least.history.switches <= found.history.switches


def test_of_two_calls_that_it_cannot_make_less_hypothesis_soon_leaves_the_rest_to_the_exact_stage(stand: Stand) -> None:
    trial = stand(TwoPreemptions)
    climbing = Case("x", "rc", {"A": (Call("climb"),), "B": (Call("watch"),)}, tuple("AAAAABBBBAA"))
    hunt, found = hunted(trial, climbing)
    with counted_executions() as executions:
        shrink_as_drawn(hunt, trial)
    assert hunt.least is not None
    assert hunt.least.history.case.calls == found.history.case.calls == 2
    assert executions.made < 60


def test_a_case_that_is_not_met_again_stays_as_it_is(stand: Stand) -> None:
    hunt, found = hunted(stand(Losing), Case("x", "rc", {"A": (DEPOSIT,), "B": (DEPOSIT,)}, tuple("ABBBBB")))
    hunt.wanted = "something else"
    shrink_as_drawn(hunt, stand(Losing))
    assert hunt.least is found
