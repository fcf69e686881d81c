from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fuzz.case import Call, Case
from fuzz.finding import Finding
from fuzz.report.timeline import finding_timeline, timeline
from fuzz.trial import Verdict
from models import seed

Judge = Callable[[Case], Verdict]
Find = Callable[[Case], Finding]


def lanes_of(text: str) -> str:
    """The lanes alone, with the lines of code masked."""
    *_, lanes = (part for part in text.split("\n\n") if part.startswith("      A  "))
    return re.sub(r"(\.py):\d+", r"\1:N", "\n" + lanes + "\n")


def shown(verdict: Verdict) -> str:
    return timeline(verdict.history, verdict.violations, "again")


def test_a_wait_is_shown_until_it_ends_and_a_deadlock_where_it_strikes(judge: Judge, deadlock: Case) -> None:
    assert (
        lanes_of(shown(judge(deadlock)))
        == """
      A  transfer(source=1, to=2) -> None     B  transfer(source=2, to=1) raised OperationalError
   1  UPDATE accounts 1    balance 10 -> 9    .                                                     bank.py:N
   2  .                                       UPDATE accounts 2                                     bank.py:N
   3  UPDATE accounts 2    balance 10 -> 11   .                                                     bank.py:N
        waits for B until step 4
>  4  | goes on                               UPDATE accounts 1                                     bank.py:N
                                                ! DeadlockDetected: deadlock detected
   5  .                                       ROLLBACK
   6  COMMIT                                  .                                                     bank.py:N
"""
    )


def test_a_row_that_is_gone_is_seen_to_be_gone(judge: Judge, vanished: Case) -> None:
    assert (
        lanes_of(shown(judge(vanished)))
        == """
      A  look() raised ObjectDeletedError   B  remove() -> None
   1  SELECT notes 1                        .                           bank.py:N
   2  COMMIT                                .                           bank.py:N
   3  .                                     SELECT FOR UPDATE notes 1   bank.py:N
   4  .                                     DELETE notes 1              bank.py:N
   5  .                                     COMMIT                      bank.py:N
>  6  SELECT notes 1    (no row)            .                           bank.py:N
   7  ROLLBACK                              .
"""
    )


def test_where_a_program_has_several_calls_each_begins_and_ends(judge: Judge, overdrawn: Case) -> None:
    assert (
        lanes_of(shown(judge(overdrawn)))
        == """
      A  1 read(account=1) -> 10                  B  withdraw(account=2, amount=11) -> -1
         2 withdraw(account=1, amount=12) -> -2
      -- 1 read begins
   1  SELECT accounts 1    balance 10             .                                         bank.py:N
   2  ROLLBACK                                    .
      -- 1 read ends
      -- 2 withdraw begins
>  3  SELECT accounts 1    balance 10             .                                         bank.py:N
             accounts 2    balance 10
>  4  .                                           SELECT accounts 1    balance 10           bank.py:N
                                                         accounts 2    balance 10
>  5  .                                           UPDATE accounts 2    balance 10 -> -1     bank.py:N
   6  .                                           COMMIT                                    bank.py:N
   7  .                                           SELECT accounts 2    balance -1           bank.py:N
>  8  UPDATE accounts 1    balance 10 -> -2       .                                         bank.py:N
>  9  COMMIT                                      .                                         bank.py:N
      ! no_debt: the accounts sum up to -3
  10  SELECT accounts 1    balance -2             .                                         bank.py:N
  11  ROLLBACK                                    .
      -- 2 withdraw ends
  12  .                                           ROLLBACK
"""
    )


def test_the_headline_says_what_it_takes(judge: Judge, deadlock: Case) -> None:
    verdict = judge(deadlock)
    headline = shown(verdict).partition("\n")[0]
    assert headline.startswith(
        "deadlock   transfer(1, 2) x transfer(2, 1)   READ COMMITTED   2 calls, 6 steps, 4 switches   "
    )
    assert headline.endswith(verdict.violations[0].signature)


def test_a_finding_says_how_to_replay_it_and_where_its_cures_are(find: Find, deadlock: Case) -> None:
    text = finding_timeline(find(deadlock), Path("findings/my bank"))
    assert text.endswith(
        "\n\nreplay   python -m fuzz replay 'findings/my bank'      (3 of 3 identical, PostgreSQL 18.6, seed 1729)"
        "\ncures    python -m fuzz explain deadlock\n"
    )


def test_a_finding_whose_replays_differ_in_values_only_says_so(find: Find, deadlock: Case) -> None:
    text = finding_timeline(replace(find(deadlock), identical=0), Path("x"))
    assert "(3 of 3 show it, 0 of them with the same values, PostgreSQL 18.6, seed 1729)" in text


def test_the_story_stands_above_the_lanes(find: Find, vanished: Case) -> None:
    finding = find(vanished)
    story = finding_timeline(finding, Path("x")).split("\n\n")[1]
    assert story.replace("\n", " ") == finding.violation.story


def test_what_else_is_wrong_is_told_too(find: Find, vanished: Case, deadlock: Case) -> None:
    finding = replace(find(vanished), others=(find(deadlock).violation,))
    assert "\n\nAlso deadlock: transfer(" in finding_timeline(finding, Path("x"))


def test_a_run_without_a_violation_says_so(judge: Judge, deadlock: Case) -> None:
    text = shown(judge(deadlock.scheduled("A" * 10)))
    assert text.startswith(
        "no violation   transfer(1, 2) x transfer(2, 1)   READ COMMITTED   2 calls, 6 steps, 1 switch\n"
    )
    assert "\n>" not in text
    assert text.endswith("\n\nreplay   again\n")


def reference_case(target: str, programs: Mapping[str, tuple[Call, ...]], schedule: str) -> Case:
    return Case(target, "rc", programs, tuple(schedule))


@pytest.fixture
def lost_bump() -> Case:
    def update(subnet: str, name: str) -> tuple[Call]:
        return (Call("update_subnet", {"subnet": subnet, "changes": {"name": name}, "expected": None}),)

    programs = {"A": update(seed.SUBNETS[0], "a"), "B": update(seed.SUBNETS[1], "b")}
    return reference_case("models.zoo.lost_bump", programs, "AAAAABBBBBBBBBBBB")


def test_long_calls_and_many_columns_keep_the_lanes_narrow(judge: Judge, lost_bump: Case) -> None:
    verdict = judge(lost_bump)
    first, *rest = lanes_of(shown(verdict)).strip("\n").splitlines()
    second_lane = first.index("B  update_subnet")
    assert second_lane <= 6 + 60 + 3
    assert all(len(line) <= second_lane + 60 + 3 + len("transactions.py:NNN") for line in rest)


def test_a_write_of_what_is_there_already_is_seen(judge: Judge, lost_bump: Case) -> None:
    text = shown(judge(lost_bump))
    assert "UPDATE standardattributes 1    revision_number 0 -> 1 " in text
    assert "UPDATE standardattributes 1    revision_number 1 -> 1 " in text


def test_calls_that_send_nothing_are_told_in_their_place(judge: Judge) -> None:
    group = seed.GROUPS[1]
    programs = {
        "A": (Call("get", {"which": group}), Call("expire_all"), Call("add", {"kind": "rule"}), Call("flush")),
        "B": (Call("delete", {"which": group}), Call("commit")),
    }
    text = shown(judge(reference_case("models.zoo.expired_parent", programs, "A" + "B" * 12)))
    lines = [line.strip() for line in lanes_of(text).splitlines()]
    place = lines.index("-- 2 commit ends")
    assert lines[place + 1 : place + 4] == [
        "-- 2 expire_all ends, without a statement",
        "-- 3 add ends, without a statement",
        "-- 4 flush begins",
    ]
    assert lines[-1] == "-- 4 flush raises ObjectDeletedError"


def test_a_text_is_plain_ascii_without_escapes(judge: Judge, deadlock: Case) -> None:
    verdict = judge(deadlock)
    violation = verdict.violations[0]
    violation.story = "caf\u00e9 \x1b[31mred\x1b[0m\x00"
    text = timeline(verdict.history, [violation], "again")
    assert text.isascii()
    assert "caf\\xe9 \\x1b[31mred\\x1b[0m\\x00" in text


def test_a_session_without_calls_has_no_lane(judge: Judge, deadlock: Case) -> None:
    alone = replace(deadlock, programs={"A": deadlock.programs["A"], "B": ()}, schedule=())
    first = lanes_of(shown(judge(alone))).strip("\n").splitlines()[0]
    assert first == "      A  transfer(source=1, to=2) -> None"


def test_three_sessions_have_three_narrower_lanes(judge: Judge, deadlock: Case) -> None:
    three = replace(deadlock, programs={**deadlock.programs, "C": (Call("transfer", {"source": 1, "to": 2}),)})
    lines = lanes_of(shown(judge(three))).splitlines()
    assert "C  transfer(source=1, to=2)" in lines[1]
    assert max(map(len, lines)) <= 6 + 3 * (40 + 3) + len("bank.py:N")


def one_call(operation: str) -> Case:
    return Case("tests/targets/bank.py:Various", "rc", {"A": (Call(operation),)})


@pytest.mark.parametrize(
    ("operation", "rows"),
    [
        (
            "close",
            """
   1  DELETE accounts 1    bank.py:N
        DELETE notes 1
   2  COMMIT               bank.py:N
""",
        ),
        (
            "doubt",
            """
   1  SAVEPOINT sa_savepoint_1               bank.py:N
   2  UPDATE accounts 1    balance = 1       bank.py:N
   3  ROLLBACK TO SAVEPOINT sa_savepoint_1   bank.py:N
   4  UPDATE accounts 1    balance 10 -> 2   bank.py:N
   5  COMMIT                                 bank.py:N
""",
        ),
        (
            "note",
            """
   1  INSERT notes 2    text 'seen', account_id 2   bank.py:N
   2  UPDATE accounts 1    owner 'Ada' -> 'Eve'     bank.py:N
             accounts 2    owner 'Bob' -> 'Eve'
   3  COMMIT                                        bank.py:N
""",
        ),
        (
            "look",
            """
   1  SET LOCAL work_mem = '1MB'      bank.py:N
   2  UPDATE accounts 9    (no row)   bank.py:N
   3  SELECT notes    (1 row)         bank.py:N
   4  SELECT accounts    count_1 2    bank.py:N
   5  ROLLBACK
""",
        ),
    ],
    ids=["a cascade", "a savepoint", "many rows", "nothing to see"],
)
def test_a_statement_is_shown_with_what_is_known_of_it(judge: Judge, operation: str, rows: str) -> None:
    lines = lanes_of(shown(judge(one_call(operation)))).strip("\n").splitlines()[1:]
    assert "\n".join(["", *lines, ""]) == rows
