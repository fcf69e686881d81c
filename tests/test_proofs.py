"""Proof that it finds things: five races that Neutron had, put back into the reference target one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz import Target
from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Found
from fuzz.finding import Finding
from fuzz.postgres import Server
from fuzz.replaying import load, replay_case
from fuzz.report.folder import write_folder
from fuzz.trials import Trials
from models import Network, Sessions
from models.zoo.expired_parent import ExpiredParent
from models.zoo.late_if_match import LateIfMatch
from models.zoo.lost_bump import LostBump
from models.zoo.retry_omits_stale import RetryOmitsStale
from models.zoo.vanished_binding import VanishedBinding

REPLAYS = 20
CASES = 20_000
"""Far more than it takes: the seed decides."""


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def first_finding(trials: Trials, target: type[Target], postgres: str) -> Finding:
    events = campaign(
        trials.of(target),
        word=f"{target.__module__}:{target.__name__}",
        seed=1,
        isolation=target.isolation,
        sessions=2,
        budget=Budget(cases=CASES, findings=1),
        postgres=postgres,
    )
    return next(event.finding for event in events if isinstance(event, Found))


@pytest.mark.parametrize(
    ("animal", "kinds", "calls", "switches"),
    [
        pytest.param(ExpiredParent, {"object-deleted"}, 5, 2, id="LP1611627 ObjectDeletedError in the bumper"),
        pytest.param(LostBump, {"stuck-revision"}, 2, 2, id="a related bump that loses an update"),
        pytest.param(RetryOmitsStale, {"stale-data"}, 2, 2, id="a retry that omits StaleDataError"),
        pytest.param(
            VanishedBinding, {"object-deleted", "vanished-row"}, 2, 2, id="LP1424593 an attribute of a deleted row"
        ),
        pytest.param(
            LateIfMatch, {"unhandled-error", "no-serial-order"}, 2, 2, id="LP1493714 If-Match checked after the bump"
        ),
    ],
)
def test_a_historical_race_is_found_shrunk_to_its_least_case_and_replayed(
    server: Server, trials: Trials, tmp_path: Path, animal: type[Target], kinds: set[str], calls: int, switches: int
) -> None:
    finding = first_finding(trials, animal, server.version)
    assert finding.violation.kind in kinds
    assert (finding.case.calls, finding.history.switches) == (calls, switches)
    assert (finding.replays, finding.identical) == (3, 3)

    loaded = load(write_folder(finding, tmp_path))
    trial = trials.of(loaded.target)
    assert replay_case(trial, loaded).status == "FAILED"
    assert {trial(loaded.case).history.digest() for _ in range(REPLAYS)} == {finding.history.digest()}


@pytest.mark.parametrize("target", [Network, Sessions])
def test_the_correct_models_give_no_finding(server: Server, trials: Trials, target: type[Target]) -> None:
    *_, last = campaign(
        trials.of(target),
        word=f"models:{target.__name__}",
        seed=1,
        isolation=target.isolation,
        sessions=2,
        budget=Budget(cases=400),
        postgres=server.version,
    )
    assert [finding.case.dumps() for finding in last.summary.findings] == []
    assert (last.summary.nondeterministic, last.summary.fails_alone, last.summary.exit) == ({}, (), 0)
