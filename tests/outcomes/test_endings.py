"""An outcome is how each call ended, and the rows that are left, whatever the way there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzz.case import Call
from fuzz.history import Commit, Failure, History, Minted, Outcome, Write
from fuzz.outcomes import Ending, ending_of, incomparable, same
from fuzz.plain import freeze
from tests.outcomes.outcomes_by_hand import Ref, differ, ending, history, uuid

FIRST = {"id": 1, "name": "first", "network": 1, "extra": None}


def named(name: str, **more: Any) -> dict[str, Any]:
    return {**FIRST, "name": name, **more}


def insert(row: dict[str, Any], table: str = "ports") -> Write:
    return Write(table, None, row)


def delete(row: dict[str, Any], table: str = "ports") -> Write:
    return Write(table, row, None)


def failed(kind: str, message: str, place: int = 0) -> Outcome:
    return Outcome("A", place, Call("act"), None, Failure((kind,), message, "", None), True, None, 9)


def test_the_way_to_the_final_rows_does_not_matter() -> None:
    straight = ending(writes=[Write("ports", FIRST, named("b"))])
    detour = ending(writes=[Write("ports", FIRST, named("a")), delete(named("a")), insert(named("b"))])
    assert not differ(straight, detour)


def test_a_row_that_is_written_back_as_it_was_is_the_same_as_one_that_nobody_wrote() -> None:
    assert not differ(ending(), ending(writes=[Write("ports", FIRST, named("a")), Write("ports", named("a"), FIRST)]))


def test_a_table_that_only_one_run_wrote_is_compared() -> None:
    assert differ(ending(), ending(writes=[delete(FIRST)]))
    assert differ(ending(), ending(writes=[insert({"line": "x"}, "log")]))


def test_equal_rows_of_a_table_without_a_key_are_counted() -> None:
    line = insert({"line": "x"}, "log")
    assert differ(ending(writes=[line]), ending(writes=[line, line]))
    assert not differ(ending(writes=[line]), ending(writes=[line, line, delete({"line": "x"}, "log")]))


@given(st.permutations(["a", "b", "b", "c"]))
def test_rows_are_a_bag(lines: list[str]) -> None:
    assert not differ(
        ending(writes=[insert({"line": line}, "log") for line in lines]),
        ending(writes=[insert({"line": line}, "log") for line in sorted(lines)]),
    )


def test_columns_that_the_target_ignores_are_left_out() -> None:
    one, other = ending(writes=[Write("ports", FIRST, named("a"))]), ending()
    assert differ(one, other)
    assert not differ(one, other, ignored=frozenset({("ports", "name")}))
    assert differ(one, other, ignored=frozenset({("networks", "name")}))


def test_what_a_call_raised_is_compared_by_type_and_masked_message() -> None:
    one = ending(outcomes=[failed("shop.Gone", f"port 7 is gone, {uuid(1)} too")])
    assert not differ(one, ending(outcomes=[failed("shop.Gone", f"port 12 is gone, {uuid(2)} too")]))
    assert differ(one, ending(outcomes=[failed("shop.Gone", f"port 7 was gone, {uuid(1)} too")]))
    assert differ(one, ending(outcomes=[failed("shop.Taken", f"port 7 is gone, {uuid(1)} too")]))
    assert differ(one, ending(results=[None]))


def test_a_draw_of_one_byte_masks_nothing() -> None:
    def run(message: str) -> Ending:
        made = history(outcomes=[failed("shop.Gone", message)])
        return ending_of(replace(made, minted=Minted((), (b"\x07", b"\xab"))))

    assert differ(run("port qw is gone"), run("port Bw is gone"))
    assert differ(run("port ab is gone"), run("port # is gone"))


def test_a_call_that_never_ended_is_a_difference() -> None:
    difference = same(ending(results=[1, 2]), ending(results=[1]))
    assert difference is not None
    assert [(call.place, call.one and call.one.result, call.other) for call in difference.calls] == [(1, 2, None)]


def test_calls_can_be_left_out_and_those_after_them_move_up() -> None:
    one = ending(results=[1, 2, 3]).without(frozenset({("A", 1)}))
    assert not differ(one, ending(results=[1, 3]))


def test_no_cost_and_no_rows_of_tables_that_nobody_wrote() -> None:
    assert not ending().rows


class Thing:
    pass


def returning(value: Any) -> History:
    return history(outcomes=[Outcome("A", 0, Call("act"), freeze(value), None, False, None, 9)])


def test_what_can_be_compared_by_its_type_alone_is_named() -> None:
    found = returning({"things": [Thing(), {Thing()}], "text": "<Thing>"})
    assert incomparable(found) == {("act", "Thing")}
    assert not incomparable(returning(["<Thing>", {"<b>"}]))
    assert not differ(ending_of(found), ending_of(returning({"things": [Thing(), {Thing()}], "text": "<Thing>"})))


def test_what_a_session_leaves_open_at_its_end_is_no_call() -> None:
    closing = Outcome("A", -1, Call("close"), None, None, False, Failure(("x.Y",), "", "", None), 9)
    assert not differ(ending(), ending(outcomes=[closing]))


def test_a_balance_tells_of_which_row_in_which_column() -> None:
    one = ending(writes=[Write("ports", FIRST, named("a", network=5))])
    difference = same(one, ending(writes=[Write("ports", FIRST, named("a", network=7))]))
    assert difference is not None
    assert not difference.calls
    (row,) = difference.rows
    assert (row.table, row.key, row.columns) == ("ports", (1,), ("network",))
    assert row.one == named("a", network=5)
    assert row.other == named("a", network=7)


def test_a_row_that_one_run_left_alone_is_shown_as_the_seed_has_it() -> None:
    difference = same(ending(), ending(writes=[Write("ports", FIRST, named("a"))]))
    assert difference is not None
    (row,) = difference.rows
    assert (row.one, row.other, row.columns) == (FIRST, named("a"), ("name",))


def test_a_row_that_is_there_once_only_has_no_other_side() -> None:
    difference = same(ending(), ending(writes=[delete(FIRST), insert(named("z", id=2))]))
    assert difference is not None
    assert [(row.key, row.one, row.other, row.columns) for row in difference.rows] == [
        ((1,), FIRST, None, ()),
        ((2,), None, named("z", id=2), ()),
    ]


def test_a_row_too_many_is_told_once() -> None:
    line = insert({"line": "x"}, "log")
    difference = same(ending(writes=[line]), ending(writes=[line, line]))
    assert difference is not None
    assert [(row.one, row.other) for row in difference.rows] == [(None, {"line": "x"})]


def made(name: str, network: Any, number: int) -> tuple[str, dict[str, Any]]:
    return "ports", {"id": Ref(0, number), "name": name, "network": network, "extra": {"tags": [True]}}


def test_rows_with_generated_keys_are_told_of_by_what_else_they_hold() -> None:
    one = ending([made("a", 1, 0), made("b", 1, 1)])
    other = ending([made("b", 2, 0), made("a", 1, 1)])
    difference = same(one, other)
    assert difference is not None
    (row,) = difference.rows
    assert (row.key, row.columns) == ((1_618_001,), ("network",))
    assert row.one == {"id": 1_618_001, "name": "b", "network": 1, "extra": {"tags": (True,)}}


def test_rows_in_which_all_but_the_ids_is_different_are_paired_by_those() -> None:
    one = ending([made("a", 1, 0), made("b", 1, 1)])
    difference = same(one, ending([made("c", 2, 1), made("d", 2, 0)]))
    assert difference is not None
    assert {row.columns for row in difference.rows} == {("name", "network")}
    assert all(row.one and row.other and row.one["id"] == row.other["id"] for row in difference.rows)


def test_a_result_that_is_literally_the_same_is_not_told_of_though_its_id_stands_for_another_row() -> None:
    results = [Ref(0, 0), Ref(0, 1)]
    one = ending([made("a", 1, 0), made("b", 1, 1)], results)
    difference = same(one, ending([made("a", 1, 1), made("b", 1, 0)], results))
    assert difference is not None
    assert not difference.calls
    assert len(difference.rows) == 2


def test_where_only_ids_tell_outcomes_apart_the_rows_that_have_them_are_told_of() -> None:
    def line(number: int, name: str) -> tuple[str, dict[str, Any]]:
        return "log", {"line": f"{name} is {Ref(0, number)}"}

    one = ending([made("a", 1, 0), made("b", 1, 1), line(0, "a"), line(1, "b")])
    other = ending([made("a", 1, 1), made("b", 1, 0), line(0, "a"), line(1, "b")])
    difference = same(one, other)
    assert difference is not None
    assert {row.table for row in difference.rows} == {"ports"}
    assert [row.columns for row in difference.rows] == [(), ()]


def test_rows_that_are_literally_the_same_are_not_told_of_though_their_ids_stand_for_other_things() -> None:
    def linked(network: int) -> Ending:
        return ending(
            [
                made("y", Ref(0, 3), 0),
                made("x", Ref(0, network), 2),
                made("y", Ref(0, 4), 2),
                made("y", Ref(0, 2), 1),
            ]
        )

    difference = same(linked(4), linked(3))
    assert difference is not None
    assert [row.one and row.one["name"] for row in difference.rows] == ["x"]


def test_the_seed_is_not_looked_at() -> None:
    def unread(run: History) -> History:
        return replace(run, seed={}, commits=(Commit(1, "A", 0, (Write("ports", FIRST, named("a")),), {}),))

    assert same(ending_of(unread(history())), ending_of(unread(history()))) is None
