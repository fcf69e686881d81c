"""Programs that are named by their operations are made of calls that touch the same rows, and run alone."""

from __future__ import annotations

import pytest

from fuzz.generate.joining import meetings_of
from fuzz.generate.lessons import Lessons, learn_calls
from fuzz.generate.programs import CANDIDATES, rehearsed
from tests.generate.conftest import Stand
from tests.targets_that_race import Both, Crossing, LongLasting


@pytest.fixture
def lessons(stand: Stand) -> Lessons:
    return learn_calls(stand(Both), "x", 1)


def test_a_word_of_one_operation_stands_for_its_calls(lessons: Lessons) -> None:
    found = rehearsed(["deposit", "read"], lessons)
    calls = [call for call, _ in lessons.alone if call.operation in {"deposit", "read"}]
    assert sorted(map(str, (program for program, _ in found))) == sorted(map(str, calls))


def test_programs_whose_calls_touch_one_row_come_before_those_that_touch_several(lessons: Lessons) -> None:
    found = [str(program) for program, _ in rehearsed(["deposit+read"], lessons)]
    assert found[:3] == [f"deposit(account={row}) + read(account={row})" for row in (1, 2, 3)]
    assert "deposit(account=1) + read(account=2)" in found[3:]


def test_what_a_program_touches_is_what_all_its_calls_do(stand: Stand) -> None:
    lessons = learn_calls(stand(Crossing), "x", 1)
    found = {str(program): footprint for program, footprint in rehearsed(["read+transfer"], lessons)}
    program = found["read(account=3) + transfer(source=1, to=1)"]
    calls = {str(call): footprint for call, footprint in lessons.alone}
    met = [row for row in (1, 2, 3) if program.meets(calls[f"transfer(source={row}, to={row})"])]
    assert met == [1, 3]


def test_calls_that_lock_the_same_rows_in_another_order_are_programs_of_their_own(lessons: Lessons) -> None:
    found = [str(program) for program, _ in rehearsed(["transfer+read"], lessons)]
    assert any(name.startswith("transfer(source=1, to=2)") for name in found)
    assert any(name.startswith("transfer(source=2, to=1)") for name in found)


def test_long_programs_are_few(lessons: Lessons) -> None:
    assert len(rehearsed(["read+deposit+transfer+read"], lessons)) == CANDIDATES


def test_programs_meet_as_calls_do(lessons: Lessons) -> None:
    words = ["deposit+read", "deposit"]
    pairs = meetings_of(words, rehearsed(words, lessons))
    assert ("deposit(account=1) + read(account=1)", "deposit(account=1)") in [tuple(map(str, pair)) for pair in pairs]


def test_of_long_sessions_no_act_is_run(stand: Stand) -> None:
    lessons = learn_calls(stand(LongLasting), "x", 1)
    assert not lessons.palettes().acts
    assert len(lessons.alone) == len(lessons.calls)
