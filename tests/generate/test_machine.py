from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import Phase, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from fuzz import Target
from fuzz.errors import CaseError, ToolError
from fuzz.generate.lessons import learn
from fuzz.generate.machine import CALLS, DRAWN, Abort, CaseMachine, machine_of
from fuzz.strategies import STRATEGIES
from fuzz.trial import Trial, Verdict
from fuzz.violations import Deadlock
from tests.generate.conftest import Stand
from tests.targets_that_race import Both, Crossing, LongLasting

LEVELS = ("rc", "rr", "ser")


def machine(
    trial: Trial,
    examined: list[Verdict],
    sessions: int = 2,
    levels: Sequence[str] = LEVELS,
    strategies: Sequence[str] = (DRAWN,),
) -> type[CaseMachine]:
    palettes = learn(trial, "targets_that_race.py:It", 1).palettes()
    return machine_of(
        word="targets_that_race.py:It",
        learnt=lambda: palettes,
        bounds=(len(palettes), palettes.choices(sessions)),
        sessions=sessions,
        isolation=levels,
        chance=1,
        prepare=lambda: trial,
        examine=lambda verdict, _: examined.append(verdict),
        strategies=strategies,
    )


def run(made: type[CaseMachine], cases: int = 40) -> None:
    """Cases are drawn, and not shrunk: that is Hypothesis' own, and takes its time."""
    drawing = settings(max_examples=cases, stateful_step_count=8, database=None, deadline=None, derandomize=True)
    run_state_machine_as_test(made, settings=settings(drawing, phases=[Phase.generate]))


@pytest.mark.parametrize("target", [Both, LongLasting])
def test_the_case_of_a_live_run_replays_to_the_same_history(stand: Stand, target: type[Target]) -> None:
    trial, examined = stand(target), list[Verdict]()
    run(machine(trial, examined))
    assert len(examined) >= 20
    for verdict in examined:
        assert trial.stage.run(verdict.history.case).digest() == verdict.history.digest()
    assert any(verdict.violations for verdict in examined)
    assert {verdict.history.case.isolation for verdict in examined} == set(LEVELS)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize("target", [Both, LongLasting])
def test_so_does_one_that_a_strategy_drives(stand: Stand, target: type[Target], strategy: str) -> None:
    trial, examined = stand(target), list[Verdict]()
    run(machine(trial, examined, strategies=(strategy,)), 12)
    assert len(examined) >= 8
    for verdict in examined:
        assert trial.stage.run(verdict.history.case).digest() == verdict.history.digest()
    assert max(verdict.history.switches for verdict in examined) >= 1


@pytest.mark.parametrize("target", [Both, LongLasting])
def test_a_case_is_within_its_bounds(stand: Stand, target: type[Target]) -> None:
    examined: list[Verdict] = []
    run(machine(stand(target), examined, sessions=3, levels=("rr",)), 25)
    for verdict in examined:
        assert list(verdict.history.case.programs) == ["A", "B", "C"]
        assert all(len(calls) <= CALLS[target.session_scope] for calls in verdict.history.case.programs.values())
        assert verdict.history.case.isolation == "rr"
    assert max(verdict.history.switches for verdict in examined) > 2


def test_a_violation_that_is_raised_leaves_as_hypothesis_users_expect(stand: Stand) -> None:
    class Made(machine(stand(Crossing), [], levels=("rc",))):  # type: ignore[misc]  # made as any user of the machine makes it
        def examine(self, verdict: Verdict) -> None:
            if verdict.violations:
                raise verdict.violations[0]

    with pytest.raises(Deadlock) as raised:
        run(Made, 1200)
    assert not isinstance(raised.value, HypothesisException)


def test_an_error_of_the_tool_is_not_shrunk(stand: Stand) -> None:
    class Made(machine(stand(Crossing), [])):  # type: ignore[misc]  # as above
        asked = 0

        def prepare(self) -> Trial:
            type(self).asked += 1
            raise CaseError("no.")

    with pytest.raises(Abort) as raised:
        run(Made)
    assert isinstance(raised.value.error, ToolError)
    assert Made.asked == 1
