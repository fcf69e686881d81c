"""Lanes of histories that no test should wait for: of statements without an answer, and of very many."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fuzz.case import Call
from fuzz.history import History, Step
from fuzz.report.lanes import lanes
from tests.histories_by_hand import history, outcome

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


def test_of_very_many_steps_the_middle_is_left_out_and_counted_for_each_session() -> None:
    lines = shown(history(steps=[sent(number, "B" if number % 3 == 0 else "A") for number in range(1, 9_001)]), 4_501)
    matches = [found for line in lines if (found := re.match(r"[ >] *(\d+)  (?! )", line))]
    numbers = [int(found[1]) for found in matches]
    assert numbers == [*range(1, 101), 4_501, *range(8_901, 9_001)]
    gaps = [re.findall(r"\.\.\. ([\d,]+) steps left out", line) for line in lines if "left out" in line]
    assert gaps == [["2,933", "1,467"], ["2,933", "1,466"]]
    assert {found.end() for found in matches} == {lines[0].index("A  act")}  # wide enough for all numbers
    assert sum(int(count.replace(",", "")) for gap in gaps for count in gap) + len(numbers) == 9_000


def test_one_step_may_be_all_that_is_left_out_between_two() -> None:
    assert "     ... 1 step left out" in shown(history(steps=[sent(number) for number in range(1, 1_001)]), 102)[101]


def test_many_steps_are_shown_as_long_as_they_can_be_read() -> None:
    assert len(shown(history(steps=[sent(number) for number in range(1, 401)]))) == 401


def test_where_calls_begin_and_end_among_steps_that_are_left_out_is_told() -> None:
    steps = [sent(number)._replace(call=number > 500) for number in range(1, 1_001)]
    made = history(steps=steps, outcomes=[outcome(last=500)])
    made = replace(made, case=replace(made.case, programs={"A": (Call("act"), Call("react"))}))
    told = [line.strip() for line in shown(made)]
    place = told.index("-- 1 act ends")
    assert told[place - 1 : place + 3] == [
        "... 400 steps left out",
        "-- 1 act ends",
        "-- 2 react begins",
        "... 400 steps left out",
    ]
