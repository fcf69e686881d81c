from __future__ import annotations

import pytest

from fuzz import Target
from fuzz.campaign.campaign import Budget, campaign
from fuzz.postgres import Server
from fuzz.trials import Trials
from models import Network, Sessions
from tests.soak.scale import scaled

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("sessions", [2, 3])
@pytest.mark.parametrize("level", ["rc", "rr", "ser"])
@pytest.mark.parametrize("target", [Network, Sessions])
def test_the_reference_targets_give_no_finding(
    server: Server, capsys: pytest.CaptureFixture[str], target: type[Target], level: str, sessions: int
) -> None:
    with Trials(server) as trials:
        events = campaign(
            trials.of(target),
            word=f"models:{target.__name__}",
            seed=2,
            isolation=(level,),
            sessions=sessions,
            budget=Budget(cases=scaled(20_000)),
            postgres=server.version,
        )
        summary = [event.summary for event in events][-1]
    with capsys.disabled():
        print(
            f"\n{target.__name__} at {level}, {sessions} sessions: {summary.cases} cases, {summary.steps} steps, ",
            end="",
        )
        print(f"{summary.distinct_interleavings} interleavings, {summary.elapsed_s:.0f} s")
    assert [finding.history.case.dumps() for finding in summary.findings] == []
    assert list(summary.nondeterministic.values()) == []
    assert summary.fails_alone == ()
