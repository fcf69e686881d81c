from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fuzz.campaign.events import Summary
from fuzz.case import Case
from fuzz.checks.counts import Counts
from fuzz.errors import CaseError, TargetError
from fuzz.finding import Finding
from fuzz.replaying import Replayed
from fuzz.report.follow import Followed
from fuzz.report.junit import broken_test, campaign_tests, junit, replay_tests
from fuzz.report.markdown import markdown

Find = Callable[[Case], Finding]


@pytest.fixture
def nothing() -> Followed:
    """A campaign that found nothing."""
    summary = Summary(
        target="shop:Shop",
        seed=7,
        postgres="18.6",
        isolation=("rc",),
        elapsed_s=10.0,
        cases=100,
        steps=900,
        distinct_interleavings=50,
        last_new_s=8.0,
        fails_alone=(),
        findings=(),
        times_seen={},
        nondeterministic={},
        counts=Counts(),
        interrupted=False,
    )
    return Followed(summary, {}, {})


@pytest.fixture
def something(nothing: Followed, find: Find, deadlock: Case) -> Followed:
    """A campaign that found a deadlock."""
    finding = find(deadlock)
    summary = replace(nothing.summary, findings=(finding,), times_seen={finding.id: 2})
    return Followed(summary, {finding.id: Path("findings") / finding.id}, {})


def parsed(followed: Followed) -> ET.Element:
    return ET.fromstring(junit({"shop:Shop": list(campaign_tests(followed))}))


def test_a_finding_is_a_failed_test_with_its_story_and_timeline(something: Followed) -> None:
    suite = parsed(something)[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    failure = suite[0][0]
    assert (failure.tag, failure.get("type")) == ("failure", "deadlock")
    assert failure.get("message") == something.summary.findings[0].violation.story
    assert "! DeadlockDetected: deadlock detected" in (failure.text or "")


def test_a_campaign_that_found_nothing_is_a_passed_test(nothing: Followed) -> None:
    suite = parsed(nothing)[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")
    assert suite[0].get("name") == "100 cases, seed 7"
    assert len(suite[0]) == 0


def test_what_could_not_be_judged_is_an_error(nothing: Followed) -> None:
    doubtful = replace(nothing.summary, nondeterministic={"0badcafe": "{}"})
    suite = parsed(Followed(doubtful, {}, {}))[0]
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")


def test_replays_are_tests(find: Find, deadlock: Case) -> None:
    finding = find(deadlock)
    replayed = [
        Replayed(Path("a"), "FIXED", finding.history),
        Replayed(Path("b"), "FAILED", finding.history, (finding.violation,), 3),
        Replayed(Path("c"), "DIVERGED", finding.history, (finding.violation,), 1),
        Replayed(Path("d"), "ERROR", error=CaseError("d is cut.", "Copy it again.")),
    ]
    cases = ET.fromstring(junit({"replay": list(replay_tests(replayed))}))[0]
    assert [[told.tag for told in case] for case in cases] == [[], ["failure"], ["error"], ["error"]]


def test_a_target_that_could_not_run_is_an_error() -> None:
    suite = ET.fromstring(junit({"x": [broken_test("shop:Shop", TargetError("no \x00 such target"))]}))[0]
    assert suite[0][0].get("message") == "no \\x00 such target"


def test_a_summary_in_markdown_has_a_row_for_each_target_and_the_timelines(
    something: Followed, nothing: Followed, find: Find, deadlock: Case
) -> None:
    fixed = Replayed(Path("findings/a_b"), "FIXED", find(deadlock).history)
    text = markdown([something, nothing], {"shop:Gone": TargetError("there is | none")}, [fixed])
    assert "| shop:Shop | 7 | 100 | 50 | 8 s of 10 s | **1 finding** |" in text
    assert "| shop:Shop | 7 | 100 | 50 | 8 s of 10 s | nothing found |" in text
    assert "| shop:Gone | | | | | **there is \\| none** |" in text
    assert "| FIXED | findings/a\\_b nothing is wrong in 3 runs |" in text
    assert "```text\ndeadlock   transfer(1, 2) x transfer(2, 1)" in text


def test_the_summary_as_json_has_the_path_of_each_finding(something: Followed) -> None:
    content = something.to_json()
    assert content["findings"][0]["path"] == f"findings/{content['findings'][0]['id']}"
    assert content["exit"] == 1
