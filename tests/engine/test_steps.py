"""What is a step, and that a schedule is obeyed step by step."""

from __future__ import annotations

import pytest

from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.history import History
from tests.targets_for_engine import case, change, read, sql


def sent(history: History, session: str = "A") -> list[str]:
    """What a session sent, by its first word."""
    return [step.sql.split()[0] for step in history.steps if step.session == session]


def order(history: History) -> str:
    return "".join(step.session for step in history.steps)


@pytest.mark.parametrize("schedule", ["ABABAB", "AABBBA", "BAAABB", "BBABAA"])
def test_a_schedule_is_obeyed_statement_by_statement(stage: Stage, schedule: str) -> None:
    history = stage.run(case(schedule, A=sql(read(1), read(2), "commit"), B=sql(read(2), read(3), "commit")))
    assert order(history) == schedule
    assert history.case.schedule == tuple(schedule)


def test_when_the_schedule_runs_out_the_sessions_finish_one_after_the_other(stage: Stage) -> None:
    history = stage.run(case("B", A=sql(read(1), "commit"), B=sql(read(2), "commit")))
    assert order(history) == "BAAB"


def test_a_session_that_has_ended_is_passed_over(stage: Stage) -> None:
    history = stage.run(case("A9BA9B", A=sql(read(1), "commit"), B=sql(read(2), "commit")))
    assert order(history) == "AABB"


def test_sessions_stop_before_every_statement_commit_and_rollback(stage: Stage) -> None:
    history = stage.run(case(A=sql(read(1), "commit", change(1), "rollback")))
    assert sent(history) == ["SELECT", "COMMIT", "UPDATE", "ROLLBACK"]
    assert [step.number for step in history.steps] == [1, 2, 3, 4]


def test_what_another_session_commits_in_between_is_seen(stage: Stage) -> None:
    reads = sql(read(1), read(1))
    history = stage.run(case("ABBA", A=reads, B=sql(change(1, 5), "commit")))
    assert [step.rows for step in history.steps if step.sql == read(1)] == [(("10",),), (("15",),)]


@pytest.mark.parametrize("name", ["empty_commit", "probe"])
def test_the_end_of_a_transaction_that_sent_nothing_to_schedule_is_no_step(stage: Stage, name: str) -> None:
    assert stage.run(case(A=Call(name))).steps == ()


def test_a_second_commit_sends_nothing_and_is_no_step(stage: Stage) -> None:
    assert sent(stage.run(case(A=Call("commit_twice")))) == ["UPDATE", "COMMIT"]


def test_savepoints_are_steps(stage: Stage) -> None:
    assert sent(stage.run(case(A=Call("savepoint")))) == ["SAVEPOINT", "UPDATE", "RELEASE", "COMMIT"]


def test_what_a_savepoint_undoes_is_not_committed(stage: Stage) -> None:
    history = stage.run(case(A=Call("undone_savepoint")))
    assert sent(history) == ["SAVEPOINT", "UPDATE", "ROLLBACK", "COMMIT"]
    assert history.commits == ()


def test_each_statement_of_an_executemany_is_a_step(stage: Stage) -> None:
    history = stage.run(case("ABA", A=Call("many"), B=sql(read(2))))
    assert sent(history) == ["UPDATE", "UPDATE", "COMMIT"]
    assert order(history).startswith("ABA")
    assert history.outcomes[0].result == 2


def test_a_connection_in_autocommit_commits_with_every_statement(stage: Stage) -> None:
    history = stage.run(case("AB", A=Call("autocommit"), B=sql(read(1))))
    assert sent(history) == ["UPDATE", "UPDATE"]
    assert history.steps[1].rows == (("11",),)
    assert [(commit.step, commit.writes[0].row["id"]) for commit in history.commits] == [(1, 1), (3, 2)]


def test_two_connections_of_one_operation_both_stop(stage: Stage) -> None:
    history = stage.run(case(A=Call("two_connections")))
    assert sent(history) == ["UPDATE", "UPDATE", "COMMIT", "COMMIT"]
    assert [(commit.step, commit.writes[0].row["id"]) for commit in history.commits] == [(3, 2), (4, 1)]


def test_an_operation_may_open_sessions_of_its_own(stage: Stage) -> None:
    history = stage.run(case(A=Call("own_sessions")))
    assert sent(history) == ["SELECT", "COMMIT"]
    assert history.outcomes[0].result == 10


def test_what_is_given_is_given_by_name_wherever_the_parameter_stands(stage: Stage) -> None:
    history = stage.run(case(A=Call("session_last", {"amount": 1})))
    assert (history.outcomes[0].failure, sent(history)) == (None, ["UPDATE", "COMMIT"])


@pytest.mark.parametrize(
    ("level", "name"), [("rc", "read committed"), ("rr", "repeatable read"), ("ser", "serializable")]
)
def test_transactions_have_the_isolation_level_of_the_case(stage: Stage, level: str, name: str) -> None:
    for schedule in ("", "B"):
        history = stage.run(case(schedule, level, A=sql("SHOW transaction_isolation"), B=sql(read(1))))
        assert {outcome.session: outcome.result for outcome in history.outcomes}["A"] == (name,)


def test_rows_read_are_kept_with_the_origin_of_their_columns(stage: Stage) -> None:
    history = stage.run(case(A=sql("SELECT id AS key, balance + 1 AS more, balance FROM accounts WHERE id = 1")))
    step = history.steps[0]
    assert [(column.name, column.table, column.origin) for column in step.columns] == [
        ("key", "accounts", "id"),
        ("more", None, None),
        ("balance", "accounts", "balance"),
    ]
    assert (step.rows, step.tag) == ((("1", "11", "10"),), "SELECT 1")


def test_returning_gives_rows_like_a_query(stage: Stage) -> None:
    history = stage.run(case(A=sql(f"{change(1)} RETURNING balance", "commit")))
    assert history.steps[0].rows == (("11",),)
    assert history.steps[0].tag == "UPDATE 1"
    assert history.outcomes[0].result == (11,)


def test_a_step_names_the_line_of_the_target_that_sent_it(stage: Stage) -> None:
    file, _, line = stage.run(case(A=sql(read(1)))).steps[0].where.partition(":")
    assert file == "targets_for_engine.py"
    assert int(line) > 0


def test_an_outcome_says_how_its_call_ended(stage: Stage) -> None:
    history = stage.run(case("AB", A=sql("SELECT 1 / 0"), B=sql(read(1))))
    ends = {outcome.session: outcome for outcome in history.outcomes}
    failure = ends["A"].failure
    assert failure is not None
    assert [link.name for link in failure.chain()] == ["DataError", "DivisionByZero"]
    assert [link.sqlstate for link in failure.chain()] == ["", "22012"]
    assert (ends["A"].expected, ends["A"].aftermath) == (False, None)
    assert (ends["B"].result, ends["B"].failure) == ((10,), None)
