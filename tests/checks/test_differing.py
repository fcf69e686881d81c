"""What is said of an outcome beside those of the serial orders is true of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fuzz.checks.differing import Apart, outcome
from fuzz.history import History, Write
from fuzz.outcomes import ending_of, same
from tests.outcomes.outcomes_by_hand import SEED, history

(FIRST,) = SEED["ports"]


def left(result: Any = None, *, rows: Sequence[Write] = (), **columns: Any) -> History:
    """A run whose one call returned something, and that left the first port with some columns changed."""
    port = [Write("ports", FIRST, {**FIRST, **columns})] if columns else []
    return history(results=[result], writes=[*port, *rows])


def insert(table: str, **row: Any) -> Write:
    return Write(table, None, row)


def told(here: History, **orders: History) -> str:
    """What is said of an outcome; an order is named by its schedule."""
    apart = []
    for schedule, there in orders.items():
        difference = same(ending_of(here), ending_of(there))
        assert difference is not None
        apart.append(Apart(History(there.case.scheduled(schedule), (), (), (), {}, {}, {}), difference))
    return outcome(apart)


def test_a_value_that_no_order_leaves_is_told_before_one_that_some_order_leaves() -> None:
    here = left(name="here", network=5)
    assert told(here, AB=left(name="there", network=7), BA=left(name="here", network=8)) == (
        "In the end ports 1 has network 5; A then B leaves 7, B then A leaves 8."
    )


def test_any_order_means_all_orders() -> None:
    seven = left(network=7)
    assert told(left(network=5), AB=seven, BA=seven, ABA=seven, BAB=seven) == (
        "In the end ports 1 has network 5; any serial order leaves 7."
    )
    assert told(left(network=5), AB=seven, BA=seven, ABA=seven, BAB=left(network=8)) == (
        "In the end ports 1 has network 5; A then B leaves 7, B then A leaves 7, A then B then A leaves 7, "
        "and another order gives none of it either."
    )


def test_a_row_that_some_order_leaves_is_not_what_is_wrong() -> None:
    two, three = insert("ports", id=2, name="two"), insert("ports", id=3, name="three")
    assert told(left(rows=[two, three]), AB=left(), BA=left(rows=[two])) == (
        "In the end there is ports 3 (name three), which no serial order leaves."
    )


def test_a_row_that_every_order_leaves_is_missed() -> None:
    two, three = insert("ports", id=2, name="two"), insert("ports", id=3, name="three")
    assert told(left(), AB=left(rows=[two]), BA=left(rows=[three, two])) == (
        "In the end there is no ports 2 (name two), which every serial order leaves."
    )


def test_of_rows_without_a_key_it_is_told_how_many_there_are() -> None:
    line = insert("log", line="x")
    assert told(left(rows=[line, line]), AB=left(rows=[line]), BA=left()) == (
        "In the end there is one log (line x) more than after any serial order."
    )
    assert told(left(rows=[line]), AB=left(rows=[line, line])) == (
        "In the end there is one log (line x) less than after any serial order."
    )


def test_a_column_is_told_though_it_has_the_value_of_the_key() -> None:
    assert told(left(), AB=left(rows=[insert("networks", id=2, name=2)])).startswith(
        "In the end there is no networks 2 (name 2), "
    )


def test_where_each_order_gives_a_part_it_is_told_of_each_what_it_does_not_give() -> None:
    here = left("old", network=5)
    assert told(here, AB=left("old", network=7), BAB=left("new", network=7), BA=left("new", network=5)) == (
        "In the end ports 1 has network 5 and session A's act0 returned 'old'; "
        "after A then B and after B then A then B ports 1 has network 7; after B then A session A's returned 'new'."
    )
    line = insert("log", line="x")
    assert told(left(rows=[line], network=5), AB=left(network=5), BA=left(rows=[line], network=7)) == (
        "In the end there is one log (line x) more and ports 1 has network 5; "
        "after A then B there is one log (line x) less; after B then A ports 1 has network 7."
    )


def test_of_many_orders_that_each_give_a_part_the_nearest_is_told() -> None:
    far, farther = left("new", network=7), left("new", network=7, name="there")
    assert told(left("old", network=5), AB=farther, BA=far, ABA=left("new", network=5), BAB=left("old", network=7)) == (
        "In the end session A's act0 returned 'old'; "
        "after the nearest serial order, A then B then A, session A's returned 'new'."
    )


def test_what_a_call_returns_in_no_order_is_told_though_other_calls_return_something_else_in_some() -> None:
    here, there = history(results=["a", "b"]), history(results=["c", "b"])
    assert told(here, AB=there, BA=history(results=["c", "d"]), ABA=there, BAB=history(results=["e", "b"])) == (
        "Session A's act0 returned 'a'; after A then B session A's returned 'c', after B then A session A's returned "
        "'c', after A then B then A session A's returned 'c', and another order gives none of it either."
    )
