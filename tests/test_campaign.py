from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count
from typing import ClassVar

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Ended, Event, Found, Shrinking, Summary
from fuzz.case import Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from fuzz.trial import Trial, Verdict
from tests.targets_that_race import Both, Keeping

Run = Callable[..., list[Event]]


class Noting(Trial):
    """Keeps the digest of everything it has judged."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.digests: list[str] = []

    def judge(self, history: History) -> Verdict:
        self.digests.append(history.digest())
        return super().judge(history)


class Fickle(Target):
    """Every seventh time that it is called, it fails."""

    metadata = MetaData()
    times: ClassVar[Iterator[int]] = count(1)

    @operation
    def toss(self, session: Session) -> None:
        session.execute(text("SELECT 1"))
        if next(self.times) % 7 == 0:
            message = "heads"
            raise ValueError(message)


@pytest.fixture
def stand(server: Server) -> Iterator[Callable[[type[Target]], Noting]]:
    with ExitStack() as stack:

        def trial(target: type[Target]) -> Noting:
            return Noting(stack.enter_context(closing(Stage(target(), stack.enter_context(server.scratch())))))

        yield trial


def run(trial: Trial, budget: Budget, seed: int = 3) -> list[Event]:
    return list(campaign(trial, word="x.py:X", seed=seed, isolation=("rc",), sessions=2, budget=budget, postgres="18"))


def end(events: list[Event]) -> Summary:
    assert isinstance(events[-1], Ended)
    return events[-1].summary


def test_a_campaign_goes_on_after_its_first_finding(stand: Callable[[type[Target]], Noting]) -> None:
    events = run(stand(Both), Budget(cases=400, findings=3))
    summary = end(events)
    assert {finding.violation.kind for finding in summary.findings} == {"lost-update", "deadlock"}
    assert [event.finding for event in events if isinstance(event, Found)] == list(summary.findings)
    assert sum(isinstance(event, Shrinking) for event in events) == 3
    assert all((finding.replays, finding.identical) == (3, 3) for finding in summary.findings)
    assert all(finding.case.calls == 2 for finding in summary.findings)
    # The cases of shrinking one finding stand between the sightings of two: they do not count.
    first, *_, last = [finding.first_seen_cases or 0 for finding in summary.findings]
    assert 0 < first < last <= summary.cases
    assert summary.exit == 1


def test_a_budget_of_findings_ends_it_at_the_first(stand: Callable[[type[Target]], Noting]) -> None:
    assert len(end(run(stand(Both), Budget(cases=400, findings=1))).findings) == 1


@pytest.mark.parametrize("cases", [1, 30])
def test_a_budget_of_cases_is_kept_and_a_target_that_holds_gives_no_finding(
    stand: Callable[[type[Target]], Noting], cases: int
) -> None:
    summary = end(run(stand(Keeping), Budget(cases=cases)))
    assert (summary.cases, summary.findings, summary.nondeterministic, summary.exit) == (cases, (), {}, 0)
    assert summary.steps > 0


def test_a_budget_of_no_time_ends_before_the_first_case(stand: Callable[[type[Target]], Noting]) -> None:
    assert end(run(stand(Keeping), Budget(seconds=0.0))).cases == 0


def test_one_seed_gives_the_same_cases_and_histories_and_another_gives_others(
    stand: Callable[[type[Target]], Noting],
) -> None:
    trials = [stand(Both) for _ in range(3)]
    summaries = [end(run(trial, Budget(cases=30), seed)) for trial, seed in zip(trials, (3, 3, 4), strict=True)]
    assert trials[0].digests == trials[1].digests
    assert trials[0].digests != trials[2].digests
    assert [finding.case for finding in summaries[0].findings] == [finding.case for finding in summaries[1].findings]


def test_what_does_not_repeat_is_neither_a_finding_nor_a_pass(stand: Callable[[type[Target]], Noting]) -> None:
    summary = end(run(stand(Fickle), Budget(cases=60)))
    assert summary.findings == ()
    assert summary.exit == 3
    assert [Case.loads(text).target for text in summary.nondeterministic.values()] == ["x.py:X"]
