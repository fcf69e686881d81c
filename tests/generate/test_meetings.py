from __future__ import annotations

from fuzz.case import Call
from fuzz.generate.footprint import Footprint, Row
from fuzz.generate.meetings import WAYS, meetings


def alone(*, reads: str = "", writes: str = "", inserts: str = "") -> Footprint:
    return Footprint(3, rows(reads), rows(writes), frozenset(inserts.split()))


def rows(names: str) -> frozenset[Row]:
    """Rows written as "table.key"."""
    return frozenset((name.partition(".")[0], (name.partition(".")[2],)) for name in names.split())


READ = Call("read", {"row": 1}), alone(reads="a.1")
READ_ANOTHER = Call("read", {"row": 2}), alone(reads="a.2")
WRITE = Call("write", {"row": 1}), alone(reads="a.1", writes="a.1")
WRITE_AGAIN = Call("write", {"row": 1, "to": 2}), alone(reads="a.1", writes="a.1")
WRITE_WITH_CHILD = Call("write", {"row": 3}), alone(reads="a.1 b.1", writes="a.1 b.1")
ADD = Call("add"), alone(writes="c.9", inserts="c")


def names(*given: tuple[Call, Footprint]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    return {operations: [tuple(map(str, calls)) for calls in found] for operations, found in meetings(given).items()}


def test_of_calls_that_meet_in_the_same_way_the_first_are_taken() -> None:
    assert names(WRITE, WRITE_AGAIN) == {
        ("write", "write"): [("write(row=1)", "write(row=1, to=2)"), ("write(row=1)", "write(row=1)")]
    }


def test_each_way_of_meeting_has_its_pair_and_those_with_more_in_common_come_first() -> None:
    found = names(WRITE, WRITE_WITH_CHILD)
    assert found[("write", "write")][0] == ("write(row=3)", "write(row=3)")
    assert ("write(row=1)", "write(row=1)") in found[("write", "write")]
    assert len(found[("write", "write")]) <= WAYS + 1


def test_one_pair_on_different_rows_of_a_table_is_taken_too() -> None:
    assert names(READ, READ_ANOTHER, WRITE)[("read", "write")] == [
        ("read(row=1)", "write(row=1)"),
        ("read(row=2)", "write(row=1)"),
    ]


def test_new_rows_of_one_table_may_meet_by_a_unique_constraint() -> None:
    assert names(ADD)[("add", "add")] == [("add()", "add()")]


def test_operations_without_a_table_in_common_have_no_pair() -> None:
    assert names(READ, ADD)[("read", "add")] == []
