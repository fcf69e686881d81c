from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.generate.calls import call_table, simpler
from fuzz.minimise import Minimiser, interleavings
from fuzz.postgres import Scratch
from fuzz.trial import Trial, Verdict
from tests.targets_that_race import Crossing, Losing, Skewing


@pytest.fixture
def stages(scratch: Scratch) -> Iterator[list[Stage]]:
    opened: list[Stage] = []
    yield opened
    for stage in opened:
        stage.close()


def padded(first: Call, second: Call, filler: Call, isolation: str = "rc") -> Case:
    """Two calls that race at their second steps, each in the middle of others, in a schedule with many switches."""
    programs = {"A": (filler, first, filler), "B": (filler, second, filler)}
    return Case("x", isolation, programs, tuple("ABABABABABABBABA"))


class Counting(Trial):
    """Counts the cases that it is given."""

    asked = 0

    def __call__(self, case: Case, *, remember: bool = False) -> Verdict:
        self.asked += 1
        return super().__call__(case, remember=remember)


def on(target: type[Target], scratch: Scratch, stages: list[Stage]) -> Counting:
    stages.append(Stage(target(), scratch))
    return Counting(stages[-1])


READ = Call("read", {"account": 3})
RACES: list[tuple[type[Target], Case, str]] = [
    (Losing, padded(Call("deposit", {"account": 2}), Call("deposit", {"account": 2}), READ), "lost-update"),
    (
        Skewing,
        padded(Call("withdraw", {"account": 2}), Call("withdraw", {"account": 1}), READ, "rr"),
        "write-skew",
    ),
    (
        Crossing,
        padded(Call("transfer", {"source": 2, "to": 3}), Call("transfer", {"source": 3, "to": 2}), READ),
        "deadlock",
    ),
]


@pytest.mark.parametrize(("target", "case", "kind"), RACES, ids=["lost update", "write skew", "deadlock"])
def test_a_padded_case_comes_down_to_two_calls_and_the_least_switches(
    scratch: Scratch, stages: list[Stage], target: type[Target], case: Case, kind: str
) -> None:
    trial = on(target, scratch, stages)
    failing = trial(case)
    assert failing.violations[0].kind == kind
    signature = failing.violations[0].signature
    table = call_table(target, 1)
    least = Minimiser(trial, signature)(failing, lambda call: simpler(call, table))
    assert least.violation(signature) is not None
    assert [len(calls) for calls in least.history.case.programs.values()] == [1, 1]
    # Of a deadlock the session that is no victim commits after the other's rollback: one switch more.
    assert least.history.switches == (3 if kind == "deadlock" else 2)
    assert trial(least.history.case).history.digest() == least.history.digest()


def test_arguments_become_as_simple_as_the_violation_allows(scratch: Scratch, stages: list[Stage]) -> None:
    trial = on(Crossing, scratch, stages)
    programs = {"A": (Call("read", {"account": 3}), Call("transfer", {"source": 2, "to": 1})), "B": ()}
    crossing = {**programs, "B": (Call("transfer", {"source": 1, "to": 2}),)}
    failing = trial(Case("x", "rc", crossing, tuple("AAABBA")))
    asked: list[Call] = []

    def simpler_than(call: Call) -> list[Call]:
        asked.append(call)
        return simpler(call, call_table(Crossing, 1))

    least = Minimiser(trial, failing.violations[0].signature)(failing, simpler_than)
    assert least.history.case.programs == {name: calls[-1:] for name, calls in crossing.items()}
    assert asked == [*least.history.case.programs["A"], *least.history.case.programs["B"]]


def test_a_race_on_one_row_goes_over_to_the_simplest_row_in_all_its_calls_at_once(
    scratch: Scratch, stages: list[Stage]
) -> None:
    trial, deposit = on(Losing, scratch, stages), Call("deposit", {"account": 2})
    failing = trial(Case("x", "rc", {"A": (deposit,), "B": (deposit,)}, tuple("ABBBBA")))
    table = call_table(Losing, 1)
    least = Minimiser(trial, failing.violations[0].signature)(failing, lambda call: simpler(call, table))
    assert least.history.case.programs == dict.fromkeys("AB", (Call("deposit", {"account": 1}),))


def test_minimising_ends_with_its_budget_however_many_interleavings_there_are(
    scratch: Scratch, stages: list[Stage]
) -> None:
    trial, deposit = on(Losing, scratch, stages), Call("deposit", {"account": 1})
    failing = trial(Case("x", "rc", dict.fromkeys("AB", (deposit,) * 3), tuple("AB" * 12)))
    assert failing.history.switches > 10
    least = Minimiser(trial, failing.violations[0].signature, budget=1)(failing, lambda _: ())
    assert least.violation(failing.violations[0].signature) is not None


class Noting(Losing):
    """Deposits with a note, or none."""

    @operation(account=st.sampled_from([1, 2]), note=st.sampled_from(["a", None]))
    def noted(self, session: Session, account: int, note: str | None) -> None:
        assert note in {"a", None}
        self.deposit(session, account)


def test_an_argument_that_is_none_is_not_given_to_calls_that_take_no_such_argument(
    scratch: Scratch, stages: list[Stage]
) -> None:
    trial = on(Noting, scratch, stages)
    noted, deposit = Call("noted", {"account": 1, "note": None}), Call("deposit", {"account": 1})
    failing = trial(Case("x", "rc", {"A": (noted,), "B": (deposit,)}, tuple("ABBBBA")))
    simplest = Call("noted", {"account": 1, "note": "a"})
    least = Minimiser(trial, failing.violations[0].signature)(
        failing, lambda call: [simplest] if call.operation == "noted" else []
    )
    assert least.history.case.programs == {"A": (simplest,), "B": (deposit,)}


@pytest.mark.parametrize("budget", [0, 1, 7])
def test_minimising_stays_within_its_budget(scratch: Scratch, stages: list[Stage], budget: int) -> None:
    trial = on(Crossing, scratch, stages)
    failing = trial(RACES[2][1])
    signature = failing.violations[0].signature
    trial.asked = 0
    least = Minimiser(trial, signature, budget=budget)(failing, lambda _: ())
    assert trial.asked == budget
    assert least.violation(signature) is not None


def test_interleavings_come_in_the_order_of_their_switches_and_each_once() -> None:
    case = Case("x", "rc", {"A": (READ,), "B": (READ,)})
    found = list(interleavings(case, {"A": 3, "B": 2}, 3))
    assert [each.switches for each in found] == sorted(each.switches for each in found)
    assert len({each.schedule for each in found}) == len(found)
    assert [sum(each.switches == switches for each in found) for switches in range(4)] == [0, 2, 3, 4]


def test_interleavings_of_one_session_are_one() -> None:
    case = Case("x", "rc", {"A": (READ,), "B": ()})
    assert [set(each.schedule) for each in interleavings(case, {"A": 3, "B": 0}, 2)] == [{"A"}]
