"""Proof that it finds things: five races that Neutron had, put back into the reference target one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

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
from models.zoo import expired_parent, late_if_match, lost_bump, retry_omits_stale, vanished_binding
from models.zoo.animal import Animal

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
    "animal", [expired_parent, late_if_match, lost_bump, retry_omits_stale, vanished_binding], ids=lambda m: m.__name__
)
def test_a_historical_race_is_found_shrunk_to_its_least_case_and_replayed(
    server: Server, trials: Trials, tmp_path: Path, animal: ModuleType
) -> None:
    known: Animal = animal.ANIMAL
    finding = first_finding(trials, known.target, server.version)
    assert finding.violation.kind in known.kinds
    assert (finding.case.calls, finding.history.switches) == (known.least[0].calls, known.least[0].switches)
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
