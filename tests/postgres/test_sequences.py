"""Each sequence hands out numbers that are known for its own."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from fuzz.postgres import Scratch
from fuzz.postgres.catalogue import read_catalogue
from fuzz.postgres.sequences import Sequence, _placed

LEAST = st.integers(1, 40_000_000) | st.just(1)


@given(st.lists(st.tuples(LEAST, st.integers(1, 10**6)), min_size=1, max_size=20))
def test_no_two_sequences_hand_out_the_same_numbers(sequences: list[tuple[int, int]]) -> None:
    placed = [
        _placed(sql.Identifier("s"), [least, 2**63 - 1], increment, number, len(sequences) + 1)
        for number, (least, increment) in enumerate(sequences, start=1)
    ]
    assert all(one.start >= least for one, (least, _) in zip(placed, sequences, strict=True))
    rooms = sorted(one.room for one in placed)
    assert all(high <= low for (_, high), (low, _) in pairwise(rooms))


@given(st.integers(1, 2**15 - 1), st.integers(0, 1000), st.integers(1, 50))
def test_a_sequence_without_room_starts_within_its_bounds(least: int, more: int, number: int) -> None:
    placed = _placed(sql.Identifier("s"), [least, least + more], 1, number, 51)
    assert least <= placed.start <= least + more
    assert not placed.is_telling


@pytest.mark.parametrize(("start", "is_telling"), [(99_999, False), (1_618_000, True)])
def test_only_high_numbers_tell_of_a_sequence(start: int, is_telling: bool) -> None:
    assert Sequence(sql.Identifier("s"), start, (start, start + 1)).is_telling is is_telling


def test_the_catalogue_names_the_ranges_of_sequences_that_are_known_by_them(scratch: Scratch) -> None:
    with scratch.connect() as database:
        database.execute("CREATE TABLE one (id serial); CREATE TABLE two (id smallserial)")
        assert read_catalogue(database).ranges == ((1_618_000, 1_638_000),)
