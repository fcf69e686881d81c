from __future__ import annotations

from fuzz.generate.lessons import Lessons
from fuzz.generate.telling import Telling
from tests.generate.conftest import Stand
from tests.targets_that_race import Skewing


def test_what_has_been_run_takes_no_turn_from_what_has_not(stand: Stand) -> None:
    lessons = Lessons(stand(Skewing), "x", 1)
    telling = Telling(lessons)
    list(lessons.some(0))
    first = [*map(str, telling.more(lambda _: False))]
    assert first
    list(lessons.some(1))
    second = [*map(str, telling.more(lambda pair: str(pair) in first))]
    assert second
    assert set(second).isdisjoint(first)


def test_what_has_not_been_run_is_told_again(stand: Stand) -> None:
    lessons = Lessons(stand(Skewing), "x", 1)
    telling = Telling(lessons)
    list(lessons.some(0))
    first = {*map(str, telling.more(lambda _: False))}
    assert first & {*map(str, telling.more(lambda _: False))}
