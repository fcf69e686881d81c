"""What takes three calls is found by a campaign of three sessions, and made no larger than that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fuzz import Target
from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Ended, Summary
from fuzz.postgres import Server
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


@pytest.mark.parametrize(("target", "kind", "switches"), [(Overdrawn, "g2-item", 3), (Round, "deadlock", 5)])
def test_a_race_of_three_calls_is_found_and_made_as_small_as_it_is(
    trials: Trials, target: type[Target], kind: str, switches: int
) -> None:
    (finding,) = fuzzed(trials, target, 3, 2_000, 1).findings
    assert (finding.violation.kind, finding.replays, finding.identical) == (kind, 3, 3)
    assert [len(calls) for calls in finding.case.programs.values()] == [1, 1, 1]
    assert len({str(calls) for calls in finding.case.programs.values()}) == 3
    assert finding.history.switches == switches


@pytest.mark.parametrize("target", [Overdrawn, Round])
def test_two_sessions_do_not_show_it(trials: Trials, target: type[Target]) -> None:
    assert fuzzed(trials, target, 2, 150).findings == ()


@pytest.mark.parametrize("target", [Covered, InOrder, Keeping])
def test_of_what_is_correct_three_sessions_show_nothing(trials: Trials, target: type[Target]) -> None:
    summary = fuzzed(trials, target, 3, 250)
    assert (summary.findings, summary.nondeterministic) == ((), {})
