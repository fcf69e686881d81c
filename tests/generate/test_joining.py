"""Operations that are named have the same calls in whatever order they are named."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from fuzz.case import Call
from fuzz.generate.footprint import Footprint
from fuzz.generate.joining import meetings_of
from fuzz.generate.meetings import Alone
from tests.generate.test_meetings import READ, READ_ANOTHER, WRITE, alone


def orders_of(*names: str) -> Sequence[tuple[str, ...]]:
    return list(permutations(names))


def of(name: str, footprint: Footprint, **arguments: int) -> Alone:
    return Call(name, arguments), footprint


LEFT = of("left", alone(writes="a.1"))
RIGHT = of("right", alone(writes="a.2"))
BOTH = of("both", alone(reads="a.1 a.2"))
FAR = of("far", alone(writes="z.1"))


def found(operations: Sequence[str], *known: Alone) -> set[tuple[str, ...]]:
    return {tuple(sorted(map(str, calls))) for calls in meetings_of(operations, known)}


@pytest.mark.parametrize("named", orders_of("left", "right", "both"))
def test_writers_of_two_rows_and_who_reads_both_meet_in_whatever_order_they_are_named(named: tuple[str, ...]) -> None:
    assert found(named, LEFT, RIGHT, BOTH) == {("both()", "left()", "right()")}
    assert [call.operation for call in meetings_of(named, [LEFT, RIGHT, BOTH])[0]] == list(named)


@pytest.mark.parametrize("named", orders_of("left", "right", "far"))
def test_three_of_whom_no_two_meet_do_not_meet(named: tuple[str, ...]) -> None:
    assert found(named, LEFT, RIGHT, FAR) == set()


@pytest.mark.parametrize("named", orders_of("left", "both", "far"))
def test_where_two_meet_and_the_third_meets_nobody_it_has_its_simplest_call(named: tuple[str, ...]) -> None:
    assert found(named, LEFT, BOTH, FAR, of("far", alone(writes="z.2"), to=2)) == {("both()", "far()", "left()")}


def test_a_third_operation_has_the_call_that_meets_the_most_of_the_others() -> None:
    far, near = of("drop", alone(writes="a.2"), row=2), of("drop", alone(writes="a.1"), row=1)
    assert found(["write", "read", "drop"], READ, WRITE, far, near) == {("drop(row=1)", "read(row=1)", "write(row=1)")}


@pytest.mark.parametrize("named", orders_of("put", "set", "both"))
def test_of_the_last_there_is_a_call_for_each_way_to_meet_the_others(named: tuple[str, ...]) -> None:
    puts = [of("put", alone(writes=f"a.{row}"), row=row) for row in (1, 2)]
    sets = [of("set", alone(writes=f"a.{row}"), row=row) for row in (1, 2)]
    assert {("both()", "put(row=1)", "set(row=1)"), ("both()", "put(row=1)", "set(row=2)")} <= found(
        named, *puts, *sets, BOTH
    )


def test_an_operation_that_is_named_twice_may_have_two_calls() -> None:
    other = of("write", alone(writes="a.2"), row=2)
    assert ("both()", "write(row=1)", "write(row=2)") in found(["write", "write", "both"], WRITE, other, BOTH)


def test_two_have_the_pairs_of_the_matrix_one_on_different_rows_among_them() -> None:
    assert found(["write", "read"], READ, READ_ANOTHER, WRITE) == {
        ("read(row=1)", "write(row=1)"),
        ("read(row=2)", "write(row=1)"),
    }
