"""What two runs of one serial order do not agree on is left out, and no more than that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import given

from fuzz.history import Write
from fuzz.outcomes import Volatile, ending_of, same, volatile_in
from fuzz.plain import Unordered
from tests.outcomes.outcomes_by_hand import Ref, differ, ending, history
from tests.outcomes.test_renaming import ORDERS, RESULTS, ROWS

BEFORE = {"id": 1, "name": "first", "network": 1, "extra": None}


def changed(**more: Any) -> list[Write]:
    return [Write("ports", BEFORE, {**BEFORE, **more})]


def test_a_column_that_differs_is_volatile() -> None:
    found = volatile_in(history(writes=changed(name="12:00")), history(writes=changed(name="12:01")))
    assert found == Volatile(columns=frozenset({("ports", "name")}))
    assert not differ(ending(writes=changed(name="1")), ending(writes=changed(name="2")), volatile=found)
    assert differ(ending(writes=changed(name="1")), ending(writes=changed(network=2)), volatile=found)


@given(ROWS, RESULTS, ORDERS, ORDERS)
def test_an_id_is_not_volatile(rows: list[Any], results: list[Any], one: list[int], other: list[int]) -> None:
    assert volatile_in(history(rows, results, one), history(rows, results, other)) == Volatile()


def test_ids_that_turn_up_in_another_order_are_not_volatile() -> None:
    rows = [("ports", {"id": Ref("text", n), "name": f"p{n}", "network": 1, "extra": None}) for n in range(4)]
    assert volatile_in(history(rows), history(rows, order=[3, 1, 0, 2])) == Volatile()
    assert volatile_in(history(rows), history(rows[::-1], order=[3, 1, 0, 2])) == Volatile()


def test_only_the_path_in_a_document_is_volatile() -> None:
    def document(time: str, size: int = 1) -> list[Write]:
        return changed(extra={"at": time, "size": size, "log": [{"t": time, "n": 1}, {"t": "0", "n": 2}]})

    found = volatile_in(history(writes=document("12:00")), history(writes=document("12:01")))
    assert found.documents == {("ports", "extra", ("at",)), ("ports", "extra", ("log", "*", "t"))}
    assert not found.columns
    assert not differ(ending(writes=document("1")), ending(writes=document("2")), volatile=found)
    assert differ(ending(writes=document("1")), ending(writes=document("1", size=2)), volatile=found)


def test_only_the_path_in_a_result_is_volatile() -> None:
    found = volatile_in(history(results=[(1, {"at": 1.5, "n": 1})]), history(results=[(1, {"at": 2.5, "n": 1})]))
    assert found == Volatile(results=frozenset({("act0", ("*", "at"))}))
    assert not differ(
        ending(results=[(1, {"at": 3, "n": 1})]), ending(results=[(1, {"at": 4, "n": 1})]), volatile=found
    )
    assert differ(ending(results=[(1, {"at": 3, "n": 1})]), ending(results=[(1, {"at": 3, "n": 2})]), volatile=found)
    assert differ(ending(results=[(1, {"at": 3, "n": 1})]), ending(results=[(2, {"at": 3, "n": 1})]), volatile=found)


def test_a_list_whose_length_differs_is_volatile_as_a_whole() -> None:
    found = volatile_in(history(results=[{"a": (1, 2), "b": 1}]), history(results=[{"a": (1,), "b": 1}]))
    assert found.results == {("act0", ("a",))}


def test_keys_that_differ_make_a_mapping_volatile() -> None:
    found = volatile_in(history(results=[{"a": {"12:00": 1}}]), history(results=[{"a": {"12:01": 1}}]))
    assert found.results == {("act0", ("a",))}


def test_a_set_is_volatile_as_a_whole() -> None:
    one, other = (history(results=[{"a": Unordered(members)}]) for members in ((1, 2), (1, 3)))
    assert volatile_in(one, other).results == {("act0", ("a",))}


def test_a_volatile_column_of_a_row_that_did_not_stay_is_known() -> None:
    def run(time: str) -> list[Write]:
        row = {"id": 2, "name": time, "network": 1, "extra": None}
        return [Write("ports", None, row), Write("ports", row, None)]

    assert volatile_in(history(writes=run("1")), history(writes=run("2"))).columns == {("ports", "name")}


def test_rows_whose_key_is_volatile_are_told_by_what_else_they_hold() -> None:
    def run(*ids: int) -> list[Write]:
        return [
            Write("ports", None, {"id": id_, "name": name, "network": id_ % 10, "extra": None})
            for id_, name in zip(ids, "abc", strict=True)
        ]

    found = volatile_in(history(writes=run(51, 62, 73)), history(writes=run(43, 52, 61)))
    assert found.columns == {("ports", "id"), ("ports", "network")}


def row(id_: UUID, name: str) -> Write:
    return Write("networks", None, {"id": str(id_), "name": name, "extra": None})


def link(id_: UUID) -> Write:
    return Write("log", None, {"line": f"made {id_}"})


def test_uuids_of_the_server_are_compared_as_ids() -> None:
    def run(a: int, b: int) -> list[Write]:
        return [row(UUID(int=a), "a"), row(UUID(int=b), "b"), link(UUID(int=a))]

    found = volatile_in(history(writes=run(12, 34)), history(writes=run(56, 7)))
    assert found == Volatile(uuids=frozenset({("networks", "id")}))
    assert not differ(ending(writes=run(1, 2)), ending(writes=run(4, 3)), volatile=found)
    mixed = [row(UUID(int=1), "a"), row(UUID(int=2), "b"), link(UUID(int=2))]
    assert differ(ending(writes=run(1, 2)), ending(writes=mixed), volatile=found)


def test_rows_that_only_one_of_the_runs_has_leave_their_table_out() -> None:
    one, other = history(writes=[Write("log", None, {"line": "x"})]), history()
    found = volatile_in(one, other)
    assert found.columns == {("log", "line")}
    assert same(ending_of(one), ending_of(other), volatile=found) is None


def test_what_several_serial_orders_show_adds_up() -> None:
    one, other = Volatile(columns=frozenset({("a", "b")})), Volatile(results=frozenset({("act", ())}))
    assert (one | other) == Volatile(one.columns, frozenset(), other.results)
    assert not differ(ending(results=[1]), ending(results=[2]), volatile=Volatile(results=frozenset({("act0", ())})))


@given(ROWS, RESULTS, ROWS, RESULTS, ORDERS)
def test_whatever_two_runs_do_they_are_the_same_without_what_is_volatile(
    rows: list[Any], results: list[Any], more: list[Any], others: list[Any], order: list[int]
) -> None:
    others = [*others, *results[len(others) :]][: len(results)]
    one, other = history(rows, results), history(more, others, order)
    assert same(ending_of(one), ending_of(other), volatile=volatile_in(one, other)) is None
