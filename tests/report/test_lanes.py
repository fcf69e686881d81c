"""Lanes of histories that no test should wait for: of statements without an answer, and of very many."""

from __future__ import annotations

import pytest

from fuzz.history import History, Step
from fuzz.report.lanes import lanes
from tests.histories_by_hand import history

SELECT = "SELECT groups.id, groups.name \nFROM groups \nWHERE groups.id = 1"


def sent(number: int, session: str = "A", sql: str = SELECT, *waited_for: str, settled: int | None = None) -> Step:
    answered = number if settled is None else settled
    return Step(number, session, 0, sql, None, "", "SELECT 0" if answered else "", (), (), waited_for, answered, None)


def shown(made: History, *marked: int) -> list[str]:
    return list(lanes(made, marked))


@pytest.mark.parametrize("sql", [SELECT, "UPDATE groups SET revision = 6 WHERE groups.id = 1", "COMMIT"])
def test_a_statement_without_an_answer_is_said_to_have_none_and_not_to_have_found_nothing(sql: str) -> None:
    lines = shown(history(steps=[sent(1, "A", sql, settled=0), sent(2, "B")], hung={"A": "it waits"}))
    assert "gets no answer" in lines[-2]
    assert "(no row)" not in lines[-3]
    assert "(no row)" in lines[-1]


def test_one_that_waits_for_another_to_the_end_is_said_to_get_no_answer_either() -> None:
    lines = shown(history(steps=[sent(1, "B"), sent(2, "A", SELECT, "B", settled=0)], hung={"B": "it waits"}))
    assert lines[-1].strip() == "waits for B, and gets no answer"


def test_why_a_call_did_not_end_is_told_on_one_line() -> None:
    lines = shown(history(steps=[sent(1, settled=0)], hung={"A": f"{SELECT} has not answered for 2 s"}))
    assert not any("\n" in line for line in lines)
    assert "did not end: SELECT groups.id, groups.name FROM grou..." in "\n".join(lines)
