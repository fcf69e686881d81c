from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fuzz.campaign import events
from fuzz.campaign.events import Ended, Event, Found, Summary
from fuzz.campaign.tally import PLATEAU
from fuzz.case import Case, read_case
from fuzz.checks.counts import Counts
from fuzz.finding import Finding
from fuzz.report import progress as shown
from fuzz.report.closing import closing
from fuzz.report.follow import Followed, follow
from fuzz.report.progress import Progress

Find = Callable[[Case], Finding]


@pytest.fixture
def summary() -> Summary:
    return Summary("shop:Shop", 7, "18.6", ("rc",), 10.0, 100, 900, 50, 8.0, (), (), {}, {}, Counts(), False)


def test_each_finding_is_written_and_shown_when_it_comes(
    find: Find, deadlock: Case, summary: Summary, tmp_path: Path
) -> None:
    finding = find(deadlock)
    found = replace(summary, findings=(finding,), times_seen={finding.id: 1})
    screen = io.StringIO()

    def campaign() -> Iterator[Event]:
        yield Found(finding, found)
        assert read_case(tmp_path / finding.id) == finding.case
        assert screen.getvalue().startswith("deadlock   ")
        yield Ended(found)

    followed = follow(campaign(), tmp_path, Progress(screen))
    assert followed.paths == {finding.id: tmp_path / finding.id}


def test_an_interruption_while_something_is_written_loses_nothing(
    find: Find, deadlock: Case, summary: Summary, tmp_path: Path
) -> None:
    finding = find(deadlock)

    class Interrupted(Progress):
        def show(self, event: Event) -> None:
            raise KeyboardInterrupt

    found = replace(summary, findings=(finding,), times_seen={finding.id: 1})
    followed = follow(iter([Found(finding, found)]), tmp_path, Interrupted(io.StringIO()))
    assert followed.summary.exit == 130
    assert read_case(followed.paths[finding.id]) == finding.case


def test_an_interruption_before_anything_has_happened_goes_on(tmp_path: Path) -> None:
    def campaign() -> Iterator[Event]:
        raise KeyboardInterrupt
        yield  # it is an iterator all the same

    with pytest.raises(KeyboardInterrupt):
        follow(campaign(), tmp_path, Progress(io.StringIO()))


def test_what_did_not_repeat_is_kept_and_told(deadlock: Case, summary: Summary, tmp_path: Path) -> None:
    doubtful = replace(summary, nondeterministic={"0badcafe": deadlock.dumps()})
    followed = follow(iter([Ended(doubtful)]), tmp_path, Progress(io.StringIO()))
    assert read_case(followed.doubtful["0badcafe"]) == deadlock
    assert f"its case is in {tmp_path}/nondeterministic-0badcafe" in closing(followed)
    assert followed.to_json()["exit"] == 3


RARE = "new interleavings have become rare"
COMING = "new interleavings were still coming when it ended"
TOO_FEW = f"whether new interleavings become rare was not seen: that takes {PLATEAU} cases at the least"


@pytest.mark.parametrize(
    ("cases", "dried_up", "until_plateau", "told"),
    [
        (PLATEAU, True, True, {RARE}),
        (PLATEAU, True, False, {RARE}),
        (PLATEAU, False, True, {COMING}),
        (PLATEAU, False, False, set()),
        (PLATEAU - 1, False, True, {TOO_FEW}),
        (PLATEAU - 1, False, False, set()),
    ],
)
def test_a_campaign_that_was_to_reach_the_plateau_says_whether_it_did(
    summary: Summary, cases: int, dried_up: bool, until_plateau: bool, told: set[str]
) -> None:
    followed = Followed(replace(summary, cases=cases, dried_up=dried_up), {}, {})
    text = closing(followed, until_plateau=until_plateau)
    assert {sentence for sentence in (RARE, COMING, TOO_FEW) if f"\n{sentence}" in text} == told


def test_off_a_terminal_a_line_comes_now_and_then(summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(shown, "monotonic", lambda: clock[0])
    screen = io.StringIO()
    with Progress(screen) as progress:
        for now in (101.0, 129.0, 131.0, 140.0, 165.0):
            clock[0] = now
            progress.show(events.Progress(replace(summary, elapsed_s=now - 100)))
    lines = screen.getvalue().splitlines()
    assert lines == [
        "31 s: 100 cases, 3/s, 50 interleavings (last new at 8 s), no findings",
        "65 s: 100 cases, 2/s, 50 interleavings (last new at 8 s), no findings",
    ]


def test_on_a_terminal_one_line_is_rewritten_and_gone_at_the_end(summary: Summary) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    with Progress(screen) as progress:
        progress.show(events.Shrinking("deadlock", summary))
        progress.say("a finding [red]")
    assert "100 cases, 10/s, 50 interleavings" in screen.getvalue()
    assert "shrinking deadlock; 10 s" in screen.getvalue()
    assert "a finding [red]" in screen.getvalue()
