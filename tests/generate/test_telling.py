from __future__ import annotations

from fuzz.case import Case
from fuzz.generate.footprint import footprint_of
from fuzz.generate.lessons import Lessons
from fuzz.generate.meetings import Alone
from fuzz.generate.telling import Telling, in_turn
from tests.generate.conftest import Stand
from tests.targets_for_engine import Acts, change, read, sql
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


def test_who_deletes_comes_between_or_else_who_has_fewer_transactions(stand: Stand) -> None:
    def alone(*statements: str) -> Alone:
        call = sql(*statements)
        return call, footprint_of(stand(Acts).stage.run(Case("x", "rc", {"A": (call,)})))

    once, twice = alone(read(1), change(1), "commit"), alone(change(1), "commit", read(1), "commit")
    deleting = alone("DELETE FROM accounts WHERE id = 1", "commit", read(1), "commit")
    for first, between in ((twice, once), (once, deleting), (twice, deleting)):
        assert in_turn(first, between) == in_turn(between, first) == [first, between]
