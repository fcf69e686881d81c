"""What is said of how much was run, and of what was left."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import comb

from hypothesis import given
from hypothesis import strategies as st

from fuzz.report.amounts import amount, saved
from fuzz.report.numbers import in_json, in_words
from tests.report.matrices import BOUNDED, NOT_BEGUN, OPEN, WHOLE


def test_what_was_run_to_its_end_says_how_many_there_are() -> None:
    assert amount([WHOLE], None) == "all 8 classes of 70 interleavings"
    assert amount([replace(WHOLE, classes=1)], None) == "the only class of 70 interleavings"


def test_what_is_left_is_told_as_the_least_that_it_may_be() -> None:
    assert amount([OPEN], None) == "8 classes of 70 interleavings, at least 3 beginnings left"


def test_what_was_not_begun_is_not_told_in_numbers() -> None:
    assert amount([NOT_BEGUN], None) == "not begun"
    assert amount([WHOLE, NOT_BEGUN], None) == "8 classes of 70 interleavings, 1 of 2 pairs of calls not begun"


def test_what_takes_more_switches_than_were_asked_for_is_left_out_and_told() -> None:
    told = "all 8 classes of up to 1 switch of 2 of 70 interleavings, at least 4 beginnings of more switches left out"
    assert amount([BOUNDED], 1) == told


def test_a_bound_that_leaves_nothing_out_is_not_told() -> None:
    assert amount([replace(WHOLE, asked=2)], 1) == "all 8 classes of 70 interleavings"
    assert saved([replace(WHOLE, asked=2)], 1).startswith("where all was run, 10 runs stand for 70 interleavings:")
    assert saved([BOUNDED], 1).startswith("where all was run, 10 runs stand for 2 interleavings of up to 1 switch:")


def test_the_runs_stand_for_the_interleavings_of_what_was_run_to_its_end_and_of_no_others() -> None:
    assert saved([WHOLE, OPEN, NOT_BEGUN], None) == "where all was run, 10 runs stand for 70 interleavings: one in 7"
    assert saved([OPEN, NOT_BEGUN], None) == ""


def test_numbers_of_many_digits_are_told_by_their_first_two_and_a_power_of_ten() -> None:
    assert (in_words(12_870), in_words(10**12 - 1)) == ("12,870", "999,999,999,999")
    assert (in_words(comb(48, 24)), in_words(2 * 10**54), in_words(10**54)) == ("3.2*10^13", "2*10^54", "10^54")
    assert (in_words(999 * 10**51), in_words(994 * 10**51)) == ("10^54", "9.9*10^53")
    assert (in_json(2 * 10**54), in_json(10**5000), in_json(3 * 10**5000)) == (2 * 10**54, "10^5000", "3*10^5000")


@given(st.integers(13, 9_000), st.integers(1, 10**6), st.integers(-1, 1))
def test_what_is_told_of_a_number_is_not_off_by_more_than_a_twentieth(power: int, factor: int, more: int) -> None:
    number = factor * 10**power + more
    found = re.fullmatch(r"(?:([1-9](?:\.[1-9])?)\*)?10\^(\d+)", in_words(number))
    assert found is not None
    told = Fraction(found[1] or 1) * 10 ** int(found[2])
    assert 20 * abs(told - number) <= number
