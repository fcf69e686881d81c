"""How steps are cut into transactions, and how these end."""

from __future__ import annotations

from fuzz.accesses.segments import Segment, segments
from tests.accesses.by_hand import history, step

READ, CHANGE = "SELECT 1", "UPDATE parents SET value = 1"


def one(*statements: str, failing: str = "", state: str = "23505") -> Segment:
    """The only transaction of some statements; the last ends it."""
    steps = [
        step(number, sql, state=state if sql == failing else "", ends=number == len(statements))
        for number, sql in enumerate(statements, 1)
    ]
    (segment,) = segments(history(steps))
    return segment


def kept(segment: Segment) -> list[int]:
    return [each.number for each in segment.kept]


def test_a_transaction_ends_with_commit_or_rollback_and_the_next_begins() -> None:
    sent = [READ, "COMMIT", READ, "ROLLBACK", READ]
    found = segments(history([step(number, sql) for number, sql in enumerate(sent, 1)]))
    assert [[each.number for each in segment.steps] for segment in found] == [[1, 2], [3, 4], [5]]
    assert [segment.has_ended for segment in found] == [True, True, False]
    assert [segment.has_failed for segment in found] == [False, True, False]


def test_each_connection_of_a_session_has_its_own() -> None:
    steps = [step(1, READ), step(2, READ)._replace(connection=1), step(3, "COMMIT"), step(4, READ, session="B")]
    assert [[each.number for each in segment.steps] for segment in segments(history(steps))] == [[1, 3], [2], [4]]


def test_in_autocommit_each_statement_is_one() -> None:
    steps = [step(1, READ, ends=True), step(2, CHANGE, state="23505", ends=True)]
    assert [segment.has_failed for segment in segments(history(steps))] == [False, True]


def test_a_rollback_in_any_words_is_one() -> None:
    assert all(one(CHANGE, words).has_failed for words in ("ROLLBACK", "rollback;", "ABORT"))
    assert not one(CHANGE, "commit").has_failed


def test_a_commit_after_an_error_commits_nothing() -> None:
    assert one(READ, CHANGE, "COMMIT", failing=CHANGE).has_failed


def test_a_savepoint_mends_an_error() -> None:
    mended = one("SAVEPOINT x", CHANGE, "ROLLBACK TO SAVEPOINT x", READ, "COMMIT", failing=CHANGE)
    assert not mended.has_failed
    assert kept(mended) == [4, 5]


def test_what_a_savepoint_undoes_is_not_kept() -> None:
    assert kept(one(CHANGE, "SAVEPOINT x", CHANGE, "ROLLBACK TO x", CHANGE, "COMMIT")) == [1, 5, 6]


def test_savepoints_lie_in_each_other() -> None:
    inner = one(CHANGE, "SAVEPOINT x", CHANGE, "SAVEPOINT y", CHANGE, "ROLLBACK TO SAVEPOINT y", "COMMIT")
    outer = one(CHANGE, "SAVEPOINT x", CHANGE, "SAVEPOINT y", CHANGE, "ROLLBACK TO SAVEPOINT x", "COMMIT")
    assert (kept(inner), kept(outer)) == ([1, 3, 7], [1, 7])


def test_a_serialization_failure_is_told_from_other_errors() -> None:
    assert one(READ, CHANGE, "ROLLBACK", failing=CHANGE, state="40001").refused
    assert not one(READ, CHANGE, "ROLLBACK", failing=CHANGE).refused


def test_the_level_is_what_the_transaction_asks_for() -> None:
    assert one("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", READ, "COMMIT").level == "rr"
    assert one("begin isolation level serializable", READ, "COMMIT").level == "ser"
    assert one("SET LOCAL work_mem = '1MB'", READ, "COMMIT").level == "rc"


def test_what_is_asked_for_the_session_holds_from_the_next_transaction_on() -> None:
    ask = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    sent = [ask, "COMMIT", READ, "COMMIT", READ]
    found = segments(history([step(number, sql) for number, sql in enumerate(sent, 1)]))
    assert [segment.level for segment in found] == ["rc", "rr", "rr"]
