from __future__ import annotations

from fuzz.remembering import of_the_last


def test_work_is_done_once_for_a_thing_and_anew_for_another_even_if_that_is_equal() -> None:
    asked: list[list[int]] = []

    @of_the_last
    def total(numbers: list[int]) -> int:
        asked.append(numbers)
        return sum(numbers)

    one, other = [1, 2], [1, 2]
    assert [total(one), total(one), total(other), total(other), total(one)] == [3] * 5
    assert [id(each) for each in asked] == [id(one), id(other), id(one)]
