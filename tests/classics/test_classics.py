"""The races that everybody writes once: each is found, named and made least, and its cure is clean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import ModuleType

import pytest

from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Found
from fuzz.case import Case
from fuzz.finding import Finding
from fuzz.postgres import Server
from fuzz.trial import Verdict
from fuzz.trials import Trials
from tests.classics import (
    bulk_past_version,
    cached_count,
    check_then_insert,
    child_of_deleted,
    counter,
    get_or_create,
    merge_of_deleted,
    missing_for_update,
    opposite_locks,
    read_after_commit,
    soft_delete,
    stale_under_lock,
    upsert,
    version_without_retry,
)
from tests.every_interleaving import every_interleaving

CASES = 2_000
"""Far more than it takes."""

CLASSICS = [
    # target, isolation level, what is wrong, and the fewest switches that it takes
    (get_or_create, "rc", {"integrity-error"}, 2),
    (counter, "rc", {"lost-update"}, 2),
    (soft_delete, "rc", {"write-skew"}, 2),
    (check_then_insert, "rc", {"write-skew"}, 2),
    (check_then_insert, "rr", {"write-skew"}, 2),
    (read_after_commit, "rc", {"object-deleted"}, 2),
    (merge_of_deleted, "rc", {"stale-data", "stale-session-read"}, 2),
    (bulk_past_version, "rc", {"lost-update"}, 2),
    (version_without_retry, "rc", {"stale-data"}, 2),
    (missing_for_update, "rc", {"lost-update"}, 2),
    (stale_under_lock, "rc", {"lost-update"}, 2),
    (child_of_deleted, "rc", {"integrity-error"}, 2),
    (cached_count, "rc", {"lost-update"}, 2),
    (upsert, "rc", {"integrity-error"}, 2),
    (opposite_locks, "rc", {"deadlock"}, 3),
]
TARGETS = list(dict.fromkeys(target for target, *_ in CLASSICS))

REFUSED = "serialization-failure"
STRONGER = [
    (counter, {REFUSED}, {REFUSED}),
    (get_or_create, {"integrity-error"}, {REFUSED}),
    (upsert, {"integrity-error"}, {REFUSED}),
    (child_of_deleted, {"integrity-error", REFUSED}, {REFUSED}),
    (soft_delete, {"write-skew"}, {REFUSED}),
    (check_then_insert, {"write-skew"}, {REFUSED}),
    (read_after_commit, {"object-deleted", REFUSED}, {"object-deleted", REFUSED}),
    (merge_of_deleted, {"stale-session-read", REFUSED}, {"stale-session-read", REFUSED}),
    (opposite_locks, {"deadlock", REFUSED}, {"deadlock", REFUSED}),
]
"""What is wrong in the interleavings at REPEATABLE READ, and at SERIALIZABLE."""


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def name(value: object) -> str:
    """What a parameter is called in a test's name."""
    if isinstance(value, ModuleType):
        return value.__name__.rpartition(".")[2]
    return " ".join(sorted(value)) if isinstance(value, set) else str(value)


def in_every_interleaving(trials: Trials, target: ModuleType, variant: str, level: str) -> list[Verdict]:
    one, other = target.PAIR
    case = Case("x", level, {"A": (one,), "B": (other,)})
    verdicts = list(every_interleaving(trials.of(getattr(target, variant)), case))
    schedules = Counter(verdict.history.case.schedule for verdict in verdicts)
    assert len(schedules) > 1
    assert set(schedules.values()) == {1}
    return verdicts


def kinds(verdicts: list[Verdict]) -> set[str]:
    """The most telling of each that is not silent."""
    return {verdict.violations[0].kind for verdict in verdicts if verdict.violations}


def found(trials: Trials, target: ModuleType, level: str, findings: int) -> list[Finding]:
    events = campaign(
        trials.of(target.Racy),
        word="x",
        seed=1,
        isolation=(level,),
        sessions=2,
        budget=Budget(cases=CASES, findings=findings),
        postgres=trials.server.version,
    )
    return [event.finding for event in events if isinstance(event, Found)]


@pytest.mark.parametrize(("target", "level", "wrong", "switches"), CLASSICS, ids=name)
def test_a_classic_is_found_and_shrunk_to_two_calls_and_the_fewest_switches(
    trials: Trials, target: ModuleType, level: str, wrong: set[str], switches: int
) -> None:
    findings = found(trials, target, level, len(wrong))
    assert {finding.violation.kind for finding in findings} == wrong
    for finding in findings:
        assert (finding.case.calls, finding.history.switches) == (2, switches)
        assert (finding.case.isolation, finding.replays, finding.identical) == (level, 3, 3)


@pytest.mark.parametrize(("target", "level", "wrong", "switches"), CLASSICS, ids=name)
def test_it_shows_in_some_interleavings_and_in_no_serial_one(
    trials: Trials, target: ModuleType, level: str, wrong: set[str], switches: int
) -> None:
    verdicts = in_every_interleaving(trials, target, "Racy", level)
    assert kinds(verdicts) == wrong
    assert min(verdict.history.switches for verdict in verdicts if verdict.violations) == switches
    assert [verdict.violations for verdict in verdicts if verdict.history.switches == 1] == [(), ()]


@pytest.mark.parametrize("target", TARGETS, ids=name)
def test_its_twin_is_silent_in_every_interleaving(trials: Trials, target: ModuleType) -> None:
    verdicts = in_every_interleaving(trials, target, "Correct", "rc")
    assert [(verdict.violations, verdict.alone) for verdict in verdicts] == [((), ())] * len(verdicts)


@pytest.mark.parametrize(("target", "repeatable", "serializable"), STRONGER, ids=name)
def test_a_stronger_level_refuses_it_or_does_not_help(
    trials: Trials, target: ModuleType, repeatable: set[str], serializable: set[str]
) -> None:
    at_levels = [kinds(in_every_interleaving(trials, target, "Racy", level)) for level in ("rr", "ser")]
    assert at_levels == [repeatable, serializable]
