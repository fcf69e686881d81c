"""Outcomes are the same up to a renaming of generated ids, one to one, over all that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fuzz.plain import Unordered
from tests.outcomes.outcomes_by_hand import Ref, differ, ending, uuid

IDS = 5
REFS = st.builds(Ref, st.sampled_from([0, 1]), st.integers(0, IDS - 1)) | st.builds(
    Ref, st.sampled_from(["text", "hex"]), st.integers(0, IDS - 1)
)
PLAIN = (
    st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["eth0", "eth1", "", "port 1618 of 2030-01-01"])
)
TEXTS = st.builds("port {}, then {}.".format, REFS, REFS)
CONTENT: st.SearchStrategy[Any] = st.recursive(
    PLAIN | REFS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b"]) | REFS.map(str), inner, max_size=3)
    ),
    max_leaves=6,
)
ROWS = st.lists(
    st.builds(
        lambda id_, name, network, extra: ("ports", {"id": id_, "name": name, "network": network, "extra": extra}),
        REFS,
        PLAIN,
        REFS,
        CONTENT,
    )
    | st.builds(lambda id_, extra: ("networks", {"id": id_, "name": "n", "extra": extra}), REFS, CONTENT)
    | st.builds(lambda line: ("log", {"line": line}), TEXTS | PLAIN),
    max_size=8,
)
RESULTS = st.lists(CONTENT | st.frozensets(REFS | PLAIN, max_size=4).map(Unordered), max_size=2)
ORDERS = st.permutations(range(IDS))


@given(ROWS, RESULTS, ORDERS, ORDERS, st.randoms(use_true_random=False))
def test_an_outcome_is_the_same_under_any_renaming_and_in_any_order_of_rows(
    rows: list[Any], results: list[Any], one: Sequence[int], other: Sequence[int], random: Any
) -> None:
    shuffled = random.sample(rows, len(rows))
    assert not differ(ending(rows, results, one), ending(shuffled, results, other))


@given(ROWS, RESULTS, ORDERS, st.data())
def test_a_changed_value_is_a_difference(rows: list[Any], results: list[Any], order: Sequence[int], data: Any) -> None:
    assume(rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    table, row = rows[at]
    column = data.draw(st.sampled_from(sorted(row)))
    changed = [*rows[:at], (table, {**row, column: "another value"}), *rows[at + 1 :]]
    assert differ(ending(rows, results), ending(changed, results, order))


@given(ROWS, RESULTS, ORDERS)
def test_two_ids_that_have_become_one_are_a_difference(rows: list[Any], results: list[Any], order: list[int]) -> None:
    both = (*rows, ("ports", {"id": Ref(0, 0), "name": "x", "network": Ref(0, 1), "extra": None}))
    merged = [order[0], order[0], *order[2:]]
    assert differ(ending(both, results, order), ending(both, results, merged))


def port(number: int, name: str, network: Any = 1) -> tuple[str, dict[str, Any]]:
    return "ports", {"id": Ref(0, number), "name": name, "network": network, "extra": None}


def log(number: int, name: str) -> tuple[str, dict[str, Any]]:
    return "log", {"line": f"{name} is {Ref(0, number)}"}


def test_ids_that_are_swapped_everywhere_are_no_difference() -> None:
    one = ending([port(0, "a"), port(1, "b"), log(0, "a"), log(1, "b")], [Ref(0, 0), Ref(0, 1)])
    other = ending([port(1, "a"), port(0, "b"), log(1, "a"), log(0, "b")], [Ref(0, 1), Ref(0, 0)])
    assert not differ(one, other)


def test_ids_that_are_swapped_in_one_table_only_are_a_difference() -> None:
    one = ending([port(0, "a"), port(1, "b"), log(0, "a"), log(1, "b")])
    assert differ(one, ending([port(1, "a"), port(0, "b"), log(0, "a"), log(1, "b")]))


def test_ids_that_are_swapped_in_the_results_only_are_a_difference() -> None:
    rows = [port(0, "a"), port(1, "b")]
    assert differ(ending(rows, [Ref(0, 0), Ref(0, 1)]), ending(rows, [Ref(0, 1), Ref(0, 0)]))


def test_an_id_of_one_sequence_never_stands_for_one_of_another() -> None:
    assert differ(ending(results=[Ref(0, 0)]), ending(results=[Ref(1, 0)]))


def test_an_id_of_a_sequence_never_stands_for_one_of_the_dice() -> None:
    assert differ(ending(results=[str(Ref(0, 0))]), ending(results=[Ref("text", 0)]))


def test_an_id_is_the_same_as_uuid_as_text_as_hex_and_inside_a_text() -> None:
    rows = [("networks", {"id": Ref("text", 0), "name": "n", "extra": {"url": f"/n/{Ref('hex', 0)}/x"}})]
    results = [Ref("uuid", 0)]
    assert not differ(ending(rows, results), ending(rows, results, [3, 4]))
    elsewhere = [("networks", {"id": Ref("text", 0), "name": "n", "extra": {"url": f"/n/{Ref('hex', 1)}/x"}})]
    assert differ(ending(rows, results), ending(elsewhere, results))


def test_an_id_may_be_a_key_of_a_mapping() -> None:
    one = [{Ref(0, 0): "a", Ref(0, 1): "b"}, Ref(0, 0)]
    assert not differ(ending(results=one), ending(results=one, order=[6, 2]))
    assert differ(ending(results=one), ending(results=[one[0], Ref(0, 1)]))


def test_the_order_of_a_sets_members_says_nothing() -> None:
    members = Unordered((Ref("text", 0), Ref("text", 1), "x"))
    assert not differ(ending(results=[members, Ref("text", 0)]), ending(results=[members, Ref("text", 1)]))
    told = [members, Ref("text", 0), ("first", Ref("text", 0))]
    assert differ(ending(results=told), ending(results=[*told[:2], ("first", Ref("text", 1))]))


def test_the_order_of_a_list_matters() -> None:
    pair = (Ref(0, 0), Ref(0, 1))
    assert differ(ending(results=[pair, Ref(0, 0)]), ending(results=[pair, Ref(0, 1)]))


def test_a_uuid_that_no_dice_threw_is_a_plain_value() -> None:
    foreign = "0e8e3b61-71f3-4be1-b2a1-5e0f1a4f2f00"
    assert differ(ending(results=[foreign]), ending(results=[str(uuid(0))]))
    assert differ(ending(results=[foreign]), ending(results=[foreign.replace("0e", "0f")]))


def test_a_number_that_a_call_was_given_is_no_id() -> None:
    given_to_it = {"arguments": {"amount": 1_618_002}}
    one, other = ending(results=[1_618_002], **given_to_it), ending(results=[1_618_003], **given_to_it)
    assert differ(one, other)
    assert not differ(ending(results=[1_618_002]), ending(results=[1_618_003]))


@pytest.mark.parametrize("pair", [(1, 2), (True, 1), (0, False), (None, 0), ("1", 1), ((), {}), (b"a", "a"), (-1, -2)])
def test_values_that_are_not_equal_differ(pair: tuple[Any, Any]) -> None:
    assert differ(ending(results=[pair[0]]), ending(results=[pair[1]]))
    assert differ(ending(results=[(pair[0], Ref(0, 0))]), ending(results=[(pair[1], Ref(0, 1))]))


@pytest.mark.parametrize(
    "pair", [(1, 1.0), (float("nan"), float("nan")), ([1], (1,)), ({"a": 1, "b": 2}, {"b": 2, "a": 1})]
)
def test_values_that_are_equal_do_not(pair: tuple[Any, Any]) -> None:
    assert not differ(ending(results=[pair[0]]), ending(results=[pair[1]]))
    assert not differ(ending(results=[(pair[0], Ref(0, 0))]), ending(results=[(pair[1], Ref(0, 1))]))
