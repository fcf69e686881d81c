from __future__ import annotations

from fuzz.case import Call
from fuzz.generate.refusals import Refusals


def call(operation: str = "rename", **arguments: object) -> Call:
    return Call(operation, arguments)


def refusals(*ran: tuple[Call, bool]) -> Refusals:
    noted = Refusals()
    for each, passed in ran:
        noted.note(each, passed)
    return noted


TWICE = ((call(row=1, expected=0), True), (call(row=1, expected=9), False), (call(row=2, expected=0), True))


def test_a_value_that_made_the_difference_twice_foretells_a_refusal_of_any_operation() -> None:
    noted = refusals(*TWICE, (call(row=2, expected=9), False))
    assert noted.foretell(call(row=3, expected=9))
    assert noted.foretell(call("delete", row=1, expected=9))
    assert not noted.foretell(call("delete", row=1, expected=0))


def test_once_it_may_have_been_the_row() -> None:
    assert not refusals(*TWICE).foretell(call(row=3, expected=9))


def test_what_came_first_does_not_matter() -> None:
    noted = refusals((call(row=2, expected=9), False), *reversed(TWICE))
    assert noted.foretell(call(row=3, expected=9))


def test_a_value_that_another_call_has_passed_with_foretells_nothing() -> None:
    noted = refusals(*TWICE, (call(row=2, expected=9), False), (call("delete", row=2, expected=9), True))
    assert not noted.foretell(call(row=3, expected=9))


def test_calls_that_differ_in_two_values_tell_nothing_of_either() -> None:
    noted = refusals(
        *((call(row=row, expected=0), True) for row in (1, 2)), *((call(row=row, expected=9), False) for row in (3, 4))
    )
    assert not noted.foretell(call(row=5, expected=9))
    assert not noted.foretell(call(row=3, expected=0))


def test_values_are_told_apart_by_what_they_are_and_by_their_names() -> None:
    noted = refusals(*TWICE, (call(row=2, expected=9), False))
    assert not noted.foretell(call(row=3, expected="9"))
    assert not noted.foretell(call(row=3, amount=9))
