"""rowrace, given nothing but the target."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Found
from fuzz.finding import Finding
from fuzz.history import History
from fuzz.postgres import Server
from fuzz.trial import Trial
from fuzz.trials import Trials
from tests.benchmarks.executions import counted_executions
from tests.benchmarks.races.attempts import names
from tests.benchmarks.races.searches import Limits, Search
from tests.benchmarks.races.workloads import Ending, Race


def search_by_rowrace(server: Server, race: type[Race], seed: int, limits: Limits) -> Search:
    """Fuzz until there is a finding whose least case does the race's harm, minimised and confirmed."""
    with Trials(server) as trials:
        trial = trials.of(race)
        with counted_executions() as executions:
            began = perf_counter()
            findings = campaign_findings(trial, server, seed=seed, seconds=limits.seconds)
            found = next((each for each in findings if race().harm(ending_of(each.history))), None)
            seconds, made = perf_counter() - began, executions.made
        if found is None:
            return Search(False, made, seconds)
        with trial.like_new():  # as `replay` does
            replays = sum(_shows_again(trial, found) for _ in range(limits.replays))
        return Search(True, made, seconds, replays, found.case.calls, found.history.switches)


def campaign_findings(trial: Trial, server: Server, *, seed: int, seconds: float) -> Iterator[Finding]:
    """What a campaign finds that is given so many seconds, as it finds it."""
    target = type(trial.stage.target)
    events = campaign(
        trial,
        word=f"{target.__module__}:{target.__name__}",
        seed=seed,
        isolation=target.isolation,
        sessions=target.sessions,
        budget=Budget(seconds=seconds),
        postgres=server.version,
    )
    return (event.finding for event in events if isinstance(event, Found))


def ending_of(history: History) -> Ending:
    """What came of a run, as other tools see it."""
    failures = (outcome.failure for outcome in history.outcomes)
    numbers = {row["id"]: row["number"] for row in history.seed["counters"]}
    for write in (write for commit in history.commits for write in commit.writes):
        if write.after is None:
            del numbers[write.row["id"]]
        else:
            numbers[write.row["id"]] = write.row["number"]
    return Ending(frozenset().union(*(names(failure) for failure in failures if failure)), numbers)


def _shows_again(trial: Trial, finding: Finding) -> bool:
    """Whether another run of the least case is the same in everything that happens."""
    return trial(finding.case).history.digest() == finding.history.digest()
