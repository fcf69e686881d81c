"""What takes three calls is found by a campaign of three sessions, and made no larger than that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fuzz import Target
from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Ended, Summary
from fuzz.generate.lessons import Lessons
from fuzz.generate.sweep import Sweep
from fuzz.postgres import Server
from fuzz.trial import Verdict
from fuzz.trials import Trials
from tests.targets_of_three import Covered, InOrder, Overdrawn, Round
from tests.targets_that_race import Keeping


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def fuzzed(trials: Trials, target: type[Target], sessions: int, cases: int, findings: int | None = None) -> Summary:
    *_, last = campaign(
        trials.of(target),
        word="x",
        seed=1,
        isolation=target.isolation,
        sessions=sessions,
        budget=Budget(cases=cases, findings=findings),
        postgres=trials.server.version,
    )
    assert isinstance(last, Ended)
    return last.summary


def swept(trials: Trials, target: type[Target], sessions: int) -> Iterator[Verdict]:
    """What a sweep lists, up to its end."""
    trial = trials.of(target)
    return Sweep(trial, Lessons(trial, "x", 1), "x", target.isolation, 1, sessions).verdicts()


@pytest.mark.parametrize(("target", "kind", "switches"), [(Overdrawn, "g2-item", 3), (Round, "deadlock", 5)])
def test_a_race_of_three_calls_is_found_and_made_as_small_as_it_is(
    trials: Trials, target: type[Target], kind: str, switches: int
) -> None:
    (finding,) = fuzzed(trials, target, 3, 2_000, 1).findings
    assert (finding.violation.kind, finding.replays, finding.identical) == (kind, 3, 3)
    assert len({str(call) for calls in finding.case.programs.values() for call in calls}) == finding.case.calls == 3
    assert finding.history.switches <= switches  # two calls that do not overlap may share a session


@pytest.mark.parametrize("target", [Overdrawn, Round])
def test_a_sweep_of_three_sessions_lists_it(trials: Trials, target: type[Target]) -> None:
    found = next(verdict for verdict in swept(trials, target, 3) if verdict.violations)
    assert [len(calls) for calls in found.history.case.programs.values()] == [1, 1, 1]


@pytest.mark.parametrize("target", [Overdrawn, Round])
def test_all_interleavings_of_any_two_calls_do_not_show_it(trials: Trials, target: type[Target]) -> None:
    assert not any(verdict.violations for verdict in swept(trials, target, 2))


@pytest.mark.parametrize("target", [Covered, InOrder, Keeping])
def test_of_what_is_correct_three_sessions_show_nothing(trials: Trials, target: type[Target]) -> None:
    summary = fuzzed(trials, target, 3, 250)
    assert (summary.findings, summary.nondeterministic) == ((), {})
