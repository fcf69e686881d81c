"""What a violation of a serial order says, in whole: read by somebody who has seen neither the code nor the theory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.postgres import Server
from fuzz.trial import Verdict
from fuzz.trials import Trials
from tests.checks import targets_for_serial as targets
from tests.classics import (
    check_then_insert,
    child_of_deleted,
    merge_of_deleted,
    missing_for_update,
    opposite_locks,
    read_after_commit,
    stale_under_lock,
    version_without_retry,
)


@pytest.fixture(scope="module")
def trials(server: Server) -> Iterator[Trials]:
    with Trials(server) as opened:
        yield opened


def judged(trials: Trials, target: type[Target], calls: tuple[Call, Call], schedule: str) -> Verdict:
    one, other = calls
    return trials.of(target)(Case("x", "rc", {"A": (one,), "B": (other,)}, tuple(schedule)))


def story(trials: Trials, target: type[Target], calls: tuple[Call, Call], schedule: str) -> str:
    [violation] = judged(trials, target, calls, schedule).violations
    return violation.story


def each(operation: str) -> tuple[Call, Call]:
    return Call(operation, {"word": "x"}), Call(operation, {"word": "y"})


def test_calls_that_end_otherwise_are_told_with_what_each_order_gives(trials: Trials) -> None:
    assert story(trials, missing_for_update.Racy, missing_for_update.PAIR, "ABBBAA") == (
        "A read shows 1 at step 1; B replaced it at step 3. "
        "A wrote shows 1 at step 5 over what B had made of it at step 3. "
        "Session A's sell returned None, session B's sell returned None; "
        "after A then B session B's ended in SoldOutError, after B then A session A's ended in SoldOutError."
    )


def test_a_row_that_was_deleted_is_said_to_be(trials: Trials) -> None:
    assert story(trials, merge_of_deleted.Racy, merge_of_deleted.PAIR, "AABBAAA") == (
        "A read notes 1 at step 1; B deleted it at step 3. "
        "A wrote notes 1 at step 6, which B had deleted at step 3. "
        "Each of these transactions by itself is fine, but a call goes on in one by what it saw in the one before. "
        "In the end there is notes 1 (text New), which no serial order leaves."
    )


def test_what_was_not_to_be_seen_yet_is_no_change_of_what_was_read(trials: Trials) -> None:
    told = story(trials, check_then_insert.Racy, check_then_insert.PAIR, "AABBBA")
    assert "B asked for rows at step 3, not seeing that A had changed the answer at step 2 (" in told


def test_a_second_look_that_left_the_object_as_it_was_is_told(trials: Trials) -> None:
    assert story(trials, stale_under_lock.Racy, stale_under_lock.PAIR, "ABBBBAAA") == (
        "A read accounts 1 at step 1; B replaced it at step 4. "
        "A wrote accounts 1 at step 7 over what B had made of it at step 4. "
        "A had read it again at step 6, but an object that the session has keeps its attributes then, "
        "unless populate_existing is given. "
        "In the end accounts 1 has balance 11; any serial order leaves 12."
    )


def test_an_error_that_a_call_went_on_after_is_told(trials: Trials) -> None:
    assert story(trials, targets.CreatingTwice, (Call("add"), Call("add")), "ABBBAA").startswith(
        "Session A's add went on after UniqueViolation at step 5. Session A's add returned 'created', "
    )


def test_what_a_refused_call_has_left_is_told(trials: Trials) -> None:
    assert story(trials, targets.DepositingAloud, (Call("deposit"), Call("deposit")), "AAABBBBBAA") == (
        "Session A's deposit ended in ConflictError, but what it had committed at step 2 stays. "
        "In the end accounts 1 has balance 11; any serial order leaves 12. No cycle of reads and writes explains it."
    )


def test_of_a_document_only_the_part_that_differs_is_told(trials: Trials) -> None:
    assert story(trials, targets.DocumentingUnheld, each("write"), "ABBBAA").endswith(
        "In the end documents 1 has content.words [{'at': ..., 'word': 'x'}]; "
        "A then B leaves [{'at': ..., 'word': 'x'}, {'at': ..., 'word': 'y'}], "
        "B then A leaves [{'at': ..., 'word': 'y'}, {'at': ..., 'word': 'x'}]."
    )


def test_of_a_document_that_a_call_returned_too(trials: Trials) -> None:
    assert story(trials, targets.Reporting, (Call("report"), Call("deposit")), "ABBBA").endswith(
        "Session A's report returned {'balance': 10, 'version': 2, ...}; "
        "after A then B session A's returned {'balance': 10, 'version': 1, ...}, "
        "after B then A session A's returned {'balance': 11, 'version': 2, ...}."
    )


def test_what_is_right_in_one_order_or_another_is_told_with_what_each_does_not_give(trials: Trials) -> None:
    programs = {"A": (Call("fill"), Call("report")), "B": (Call("withdraw"),)}
    case = Case("x", "rr", programs, tuple("BAAAAAABB"))
    [violation] = trials.of(targets.Overdrawing)(case).violations
    assert violation.story.endswith(
        "In the end accounts 1 has balance -6 and session A's report returned [5, 25]; "
        "after A then B and after A then B then A accounts 1 has balance -5; "
        "after B then A session A's returned [-6, 25]."
    )


def test_calls_that_return_nothing_in_any_order_are_told_by_their_errors(trials: Trials) -> None:
    assert "ask ended in AlreadyExistsError; after any serial order session A's ended in ConflictError." in story(
        trials, targets.Refusing, (Call("ask"), Call("deposit")), "AAABBBA"
    )


def test_of_long_values_that_begin_alike_the_end_is_told_and_bytes_can_be_read(trials: Trials) -> None:
    assert story(trials, targets.Packing, each("pack"), "ABBBAA").endswith(
        "In the end bags 1 has packed ...sock sock x'; "
        "A then B leaves ...sock sock xy', B then A leaves ...sock sock yx'."
    )


def test_rows_whose_ids_stand_for_others_are_told_with_their_ids(trials: Trials) -> None:
    verdict = judged(trials, targets.NumberingByGuess, each("bind"), "ABBBBAAA")
    [violation] = verdict.violations
    [taken] = {step.rows[0][0] for step in verdict.history.steps if "max(" in step.sql}
    assert violation.story.startswith("Ids of the outcome stand for other rows than they do after any serial order: ")
    assert violation.story.count(f"port_id {taken}") == 2


def test_an_error_is_told_with_what_another_has_done(trials: Trials) -> None:
    assert story(trials, version_without_retry.Racy, version_without_retry.PAIR, "ABBBAA").endswith(
        "0 were matched. A read accounts 1 at step 1; B replaced it at step 3. "
        "A read at step 5 what B had made of accounts 1 at step 3."
    )
    remove_and_add = Call("remove_author"), Call("add_book")
    assert story(trials, child_of_deleted.Racy, remove_and_add, "BAAAABB").endswith(
        "B read authors 1 at step 1; A deleted it at step 4. B found at step 6 that A had deleted authors 1 at step 4."
    )


def test_a_deadlock_is_told_with_who_waited_for_whom(trials: Trials) -> None:
    [violation] = judged(trials, opposite_locks.Racy, opposite_locks.PAIR, "ABABAABB").violations
    assert violation.story.endswith("A waited for B from step 3, B waited for A from step 4: nobody could go on.")
    assert violation.why == ("A waits for B   from step 3", "B waits for A   from step 4")


def test_an_error_is_told_of_once(trials: Trials) -> None:
    verdict = judged(trials, read_after_commit.Racy, read_after_commit.PAIR, "AAABBBA")
    assert [violation.kind for violation in verdict.violations] == ["object-deleted"]
