"""A campaign on several processes finds what one finds, counts what all have run, and ends however it is ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from fuzz.campaign.campaign import Budget, Plan
from fuzz.campaign.events import Ended, Event, Found, Summary
from fuzz.campaign.shared import fuzz_together
from fuzz.errors import ToolError
from fuzz.generate.sweep import is_in_share
from fuzz.lookup import find_target
from fuzz.postgres import Server
from fuzz.trials import Trials

RACE = "tests/targets_that_race.py"

Fuzzed = Callable[..., Iterator[Event]]


@pytest.fixture
def fuzzed(server: Server) -> Iterator[Fuzzed]:
    with Trials(server) as trials:

        def fuzz(name: str, budget: Budget) -> Iterator[Event]:
            plan = Plan(f"{RACE}:{name}", 1, ("rc",), 2, budget, server.version)
            dsn = server.address.render_as_string(hide_password=False)
            return fuzz_together(2, trials.of(find_target(plan.word)), plan, (), dsn)

        yield fuzz


def end(events: Iterator[Event]) -> tuple[list[Event], Summary]:
    *told, last = events
    assert isinstance(last, Ended)
    assert multiprocessing.active_children() == []
    return told, last.summary


def test_what_two_processes_find_is_confirmed_and_told_once(fuzzed: Fuzzed) -> None:
    told, summary = end(fuzzed("Both", Budget(cases=300)))
    assert {finding.violation.kind for finding in summary.findings} >= {"lost-update", "deadlock"}
    assert [event.finding for event in told if isinstance(event, Found)] == list(summary.findings)
    assert len({finding.id for finding in summary.findings}) == len(summary.findings)
    assert all((finding.replays, finding.identical) == (3, 3) for finding in summary.findings)
    assert all(summary.times_seen[finding.id] >= 1 for finding in summary.findings)
    assert summary.exit == 1


def test_cases_are_shared_out_and_added_up_and_what_holds_gives_no_finding(fuzzed: Fuzzed) -> None:
    _, summary = end(fuzzed("Keeping", Budget(cases=61)))
    assert (summary.cases, summary.findings, summary.nondeterministic, summary.exit) == (61, (), {}, 0)
    assert summary.steps > 61
    assert sum(summary.counts.calls.values()) >= 61


def test_an_interleaving_that_both_have_met_counts_once(fuzzed: Fuzzed) -> None:
    trial_calls = 6  # three deposits and three reads, which both learn by running them alone
    _, summary = end(fuzzed("Keeping", Budget(cases=2 * trial_calls)))
    assert summary.cases == 2 * trial_calls
    assert summary.distinct_interleavings < summary.cases


def test_the_first_finding_ends_them_all_if_one_was_asked_for(fuzzed: Fuzzed) -> None:
    _, summary = end(fuzzed("Losing", Budget(cases=5_000, findings=1)))
    assert len(summary.findings) == 1


def test_so_does_the_end_of_what_is_new(fuzzed: Fuzzed) -> None:
    _, summary = end(fuzzed("Looking", Budget(cases=5_000, plateau=True)))
    assert summary.dried_up
    assert summary.cases < 5_000


def test_ctrl_c_ends_them_all_and_what_they_have_told_is_kept(fuzzed: Fuzzed) -> None:
    events = fuzzed("Keeping", Budget(cases=5_000))
    next(event for event in events if event.summary.cases)
    os.kill(os.getpid(), signal.SIGINT)
    _, summary = end(events)
    assert (summary.interrupted, summary.exit) == (True, 130)
    assert summary.cases > 0


def test_if_one_is_killed_all_end_with_a_word_on_it(fuzzed: Fuzzed) -> None:
    events = fuzzed("Keeping", Budget(cases=5_000))
    next(events)
    multiprocessing.active_children()[0].kill()
    with pytest.raises(ToolError, match="is gone"):
        list(events)
    assert multiprocessing.active_children() == []


def test_what_is_swept_belongs_to_one_process_each() -> None:
    names = {
        f"['rc', 'deposit(account={one})', 'deposit(account={other})']" for one in range(20) for other in range(20)
    }
    shares = [{name for name in names if is_in_share(name, (which, 3))} for which in range(3)]
    assert set.union(*shares) == names
    assert sum(map(len, shares)) == len(names)
    assert min(map(len, shares)) > len(names) / 4
