"""Rules of comparing, on real runs: what comes out right in every interleaving, and the nearest thing that does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fuzz import Target
from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Ended, Event, Found, Summary
from fuzz.case import Call, Case
from fuzz.postgres import Server
from fuzz.trial import Verdict
from fuzz.trials import Trials
from tests.checks import targets_for_serial as targets
from tests.every_interleaving import every_interleaving


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def verdicts(trials: Trials, target: type[Target], one: Call, other: Call) -> list[Verdict]:
    """Those of all interleavings of two calls; the serial ones among them are silent."""
    found = list(every_interleaving(trials.of(target), Case("x", "rc", {"A": (one,), "B": (other,)})))
    assert [verdict.violations for verdict in found if verdict.history.switches == 1] == [(), ()]
    assert len(found) > 2
    return found


def kinds(trials: Trials, target: type[Target], one: Call, other: Call) -> set[str]:
    return {violation.kind for verdict in verdicts(trials, target, one, other) for violation in verdict.violations}


def both(operation: str) -> tuple[Call, Call]:
    return Call(operation), Call(operation)


def each(operation: str) -> tuple[Call, Call]:
    return Call(operation, {"word": "x"}), Call(operation, {"word": "y"})


def test_a_unique_violation_turned_into_the_answer_of_who_comes_later_is_right(trials: Trials) -> None:
    assert kinds(trials, targets.Creating, *both("add")) == set()


def test_a_unique_violation_turned_into_the_answer_of_who_came_first_is_found(trials: Trials) -> None:
    assert kinds(trials, targets.CreatingTwice, *both("add")) == {"no-serial-order"}


def test_a_unique_violation_that_is_left_behind_the_right_answer_is_found(trials: Trials) -> None:
    assert kinds(trials, targets.CreatingAloud, *both("add")) == {"hidden-error"}


def test_a_savepoint_that_is_rolled_back_and_followed_by_a_second_look_is_right(trials: Trials) -> None:
    found = verdicts(trials, targets.Tagging, *both("tag"))
    assert any("ROLLBACK TO" in step.sql for verdict in found for step in verdict.history.steps)
    assert [verdict.violations for verdict in found] == [()] * len(found)


def test_a_savepoint_that_is_rolled_back_and_forgotten_is_found(trials: Trials) -> None:
    assert kinds(trials, targets.TaggingBlindly, *both("tag")) == {"phantom"}


def test_the_last_writer_of_a_column_may_win(trials: Trials) -> None:
    assert kinds(trials, targets.Renaming, *each("rename")) == set()


def test_the_last_writer_may_not_win_over_what_it_should_have_gone_on_from(trials: Trials) -> None:
    assert kinds(trials, targets.Appending, *each("rename")) == {"lost-update"}


def test_two_ids_may_be_swapped_in_rows_in_what_points_to_them_and_in_results(trials: Trials) -> None:
    found = verdicts(trials, targets.Numbering, *each("bind"))
    drawn = {outcome.result for verdict in found for outcome in verdict.history.outcomes if outcome.session == "A"}
    assert len(drawn) == 2
    assert [verdict.violations for verdict in found] == [()] * len(found)


def test_an_id_may_not_be_swapped_where_something_else_points_to_it(trials: Trials) -> None:
    assert kinds(trials, targets.NumberingByGuess, *each("bind")) == {"no-serial-order"}


def test_a_timestamp_may_be_the_revision(trials: Trials) -> None:
    assert kinds(trials, targets.Stamping, *each("append")) == set()


def test_a_timestamp_that_nobody_compares_hides_no_lost_update(trials: Trials) -> None:
    assert kinds(trials, targets.Unstamped, *each("append")) == {"lost-update"}


def test_a_timestamp_may_be_the_revision_of_what_was_seeded_with_one(trials: Trials) -> None:
    assert kinds(trials, targets.StampingFromTheFirst, *each("append")) == set()


def test_what_is_good_for_some_minutes_is_good_under_another_clock_too(trials: Trials) -> None:
    assert kinds(trials, targets.Expiring, *each("append")) == {"lost-update"}


def test_a_timestamp_may_not_be_taken_for_that_of_who_came_last(trials: Trials) -> None:
    assert kinds(trials, targets.Bidding, *each("bid")) == {"no-serial-order"}


def test_a_time_that_is_taken_down_in_no_serial_order_is_found(trials: Trials) -> None:
    assert kinds(trials, targets.Counting, *both("count")) == set()
    assert kinds(trials, targets.CountingAloud, *both("count")) == {"write-skew"}


def test_an_object_of_an_earlier_transaction_that_is_merged_over_a_change_is_a_stale_session_read(
    trials: Trials,
) -> None:
    assert kinds(trials, targets.Merging, Call("revise"), Call("append", {"word": "x"})) == {"stale-session-read"}


def test_a_clock_inside_a_document_is_left_out(trials: Trials) -> None:
    assert kinds(trials, targets.Documenting, *each("write")) == set()


def test_a_lost_update_beside_a_clock_inside_a_document_is_found(trials: Trials) -> None:
    assert kinds(trials, targets.DocumentingUnheld, *each("write")) == {"lost-update"}


def test_a_call_that_is_refused_counts_as_not_having_happened(trials: Trials) -> None:
    found = verdicts(trials, targets.Depositing, *both("deposit"))
    assert {outcome.failure is None for verdict in found for outcome in verdict.history.outcomes} == {True, False}
    assert [verdict.violations for verdict in found] == [()] * len(found)


def test_a_call_that_is_refused_after_it_has_left_something_has_happened(trials: Trials) -> None:
    assert kinds(trials, targets.DepositingAloud, *both("deposit")) == {"no-serial-order"}


def test_a_call_that_failed_and_took_back_what_it_had_written_counts_as_not_made(trials: Trials) -> None:
    assert kinds(trials, targets.DepositingAndTakingBack, *both("deposit")) == set()


def events(trials: Trials, target: type[Target], *checks: str, budget: Budget) -> list[Event]:
    postgres = trials.server.version
    trial = trials.of(target, checks)
    return list(campaign(trial, word="x", seed=1, isolation=("rc",), sessions=2, budget=budget, postgres=postgres))


def summary(trials: Trials, target: type[Target]) -> Summary:
    [ended] = [event for event in events(trials, target, budget=Budget(cases=100)) if isinstance(event, Ended)]
    return ended.summary


def test_what_fails_alone_is_listed_once_and_is_no_finding(trials: Trials) -> None:
    told = summary(trials, targets.Failing)
    assert told.fails_alone == (("fail", "KeyError"),)
    assert told.to_json()["fails_alone"] == ["fail: KeyError"]
    assert (told.findings, told.exit) == ((), 0)


def test_the_summary_counts_refusals_and_those_that_no_serial_order_gives(trials: Trials) -> None:
    refused = summary(trials, targets.Depositing).to_json()["refused"]["deposit: ConflictError"]
    assert refused["times"] == refused["spurious"] > 0
    refused = summary(trials, targets.Creating).to_json()["refused"]["add: AlreadyExistsError"]
    assert refused["times"] > refused["spurious"] == 0


def test_a_refusal_that_no_serial_order_gives_is_found_if_asked_for(server: Server) -> None:
    with Trials(server) as trials:
        told = events(trials, targets.Depositing, "spurious", budget=Budget(cases=100, findings=1))
        [finding] = [event.finding for event in told if isinstance(event, Found)]
        assert (finding.violation.kind, finding.case.calls, finding.history.switches) == ("spurious-failure", 2, 2)
        *_, ended = events(trials, targets.Creating, "spurious", budget=Budget(cases=100))
        assert isinstance(ended, Ended)
        assert ended.summary.findings == ()
