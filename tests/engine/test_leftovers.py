"""Operations that misbehave: what they leave behind is seen, and does not reach the next case."""

from __future__ import annotations

import pytest

from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.history import History
from tests.targets_for_engine import LEFT, case, change, read, sql


def is_as_ever(stage: Stage) -> bool:
    """Whether two sessions find the seed's rows and can write them."""
    history = stage.run(case("AB", A=sql(change(1), read(1), "commit"), B=sql(change(2), read(2), "commit")))
    return [outcome.result for outcome in history.outcomes] == [(11,), (11,)] and not history.hung


def names(history: History) -> list[tuple[str, str]]:
    return [(o.session, o.failure.name if o.failure else "") for o in history.outcomes]


@pytest.mark.parametrize("name", ["sleep_long", "stubborn"])
def test_a_statement_without_an_answer_is_a_hang_and_the_next_case_runs(stage: Stage, name: str) -> None:
    history = stage.run(case("BA", A=Call(name), B=sql(change(1), "commit")))
    assert history.hung == {"A": "SELECT pg_sleep(60) has not answered for 2 s"}
    assert (history.outcomes, history.commits) == ((), ())
    assert is_as_ever(stage)


def test_a_connection_that_is_kept_is_taken_away_after_the_case(stage: Stage) -> None:
    for _ in range(2):
        history = stage.run(case("AB", A=Call("leave_open"), B=sql(read(1), "commit")))
        assert (names(history), history.commits) == ([("A", ""), ("B", "")], ())
        assert all(connection.connection.dbapi_connection.closed for connection in LEFT)
        assert is_as_ever(stage)
        for connection in LEFT:
            connection.invalidate()
            connection.close()
        LEFT.clear()
        assert is_as_ever(stage)


def test_a_transaction_that_is_left_open_is_rolled_back_at_the_end_of_the_call(stage: Stage) -> None:
    history = stage.run(case(A=[sql(change(1)), sql(read(1))]))
    assert [step.sql.split()[0] for step in history.steps] == ["UPDATE", "ROLLBACK", "SELECT", "ROLLBACK"]
    assert history.steps[2].rows == (("10",),)


def test_an_operation_that_leaves_by_system_exit_has_failed_and_the_session_goes_on(stage: Stage) -> None:
    history = stage.run(case(A=[Call("exit"), sql(read(1))]))
    assert names(history) == [("A", "SystemExit"), ("A", "")]
    assert history.outcomes[1].result == (10,)


def test_an_operation_that_closes_its_connection_is_told_and_the_next_case_runs(stage: Stage) -> None:
    history = stage.run(case(A=Call("close_connection"), B=sql(read(1))))
    aftermath = {outcome.session: outcome.aftermath for outcome in history.outcomes}
    assert aftermath["A"] is not None
    assert "the connection is closed" in aftermath["A"].message
    assert aftermath["B"] is None
    assert is_as_ever(stage)


def test_a_connection_that_the_server_ends_is_told_and_the_next_case_runs(stage: Stage) -> None:
    for _ in range(2):
        history = stage.run(case(A=Call("be_ended"), B=sql(read(1))))
        assert names(history) == [("A", "OperationalError"), ("B", "")]
        assert is_as_ever(stage)


def test_rows_of_unscheduled_statements_do_not_reach_the_next_case(stage: Stage) -> None:
    for _ in range(2):
        history = stage.run(case(A=Call("unscheduled_write"), B=sql("SELECT count(*) FROM notes")))
        assert (history.steps[0].sql, history.steps[0].rows) == ("SELECT count(*) FROM notes", (("1",),))


def test_one_isolation_level_of_a_connection_does_not_reach_the_next_case(stage: Stage) -> None:
    stage.run(case(A=Call("autocommit")))
    history = stage.run(case("", "ser", A=sql("SHOW transaction_isolation")))
    assert history.outcomes[0].result == ("serializable",)
