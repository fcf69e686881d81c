"""Interleavings are counted as they are when each is written down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, permutations

import pytest

from fuzz.generate.counting import interleavings, interleavings_within

SOME = [(1,), (1, 1), (3, 2), (4, 4), (2, 2, 2), (3, 1, 2), (0, 3)]


def written_down(lengths: Sequence[int]) -> set[tuple[int, ...]]:
    return set(permutations([session for session, length in enumerate(lengths) for _ in range(length)]))


@pytest.mark.parametrize("lengths", SOME)
def test_all_are_counted(lengths: Sequence[int]) -> None:
    assert interleavings(lengths) == len(written_down(lengths))


@pytest.mark.parametrize("lengths", SOME)
@pytest.mark.parametrize("switches", [1, 2, 3, 50])
def test_those_of_few_context_switches_are_counted(lengths: Sequence[int], switches: int) -> None:
    few = [each for each in written_down(lengths) if len(list(groupby(each))) <= switches + 1]
    assert interleavings_within(switches, lengths) == len(few)


def test_numbers_that_nobody_could_count_up_to_are_exact() -> None:
    assert interleavings((100, 100)) == interleavings_within(200, (100, 100)) > 10**58
