"""Each phenomenon with its twin: a history that differs by little, and shows none or another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fuzz.isolation import anomalies
from tests.isolation.notation import transactions, witness
from tests.isolation.runs import depending


def seen(text: str, sessions: dict[int, str] | None = None) -> list[tuple[str, str, str]]:
    return [(anomaly.name, anomaly.adya, witness(anomaly)) for anomaly in anomalies(transactions(text, sessions))]


def test_two_that_overwrite_each_other_wrote_dirty() -> None:
    history = "w1(x) w2(x) w2(y) c2 w1(y) c1 [x 1 2] [y 2 1]"
    assert seen(history) == [("dirty-write", "G0", "1 -ww x-> 2, 2 -ww y-> 1")]


def test_two_that_overwrite_one_after_the_other_did_not_write_dirty() -> None:
    assert seen("w1(x) w2(y) w1(y) c1 w2(x) c2 [x 1 2] [y 1 2]") == []


def test_a_dirty_write_of_three_is_one_cycle() -> None:
    history = "w1(x) w2(x) w2(y) w3(y) w3(z) w1(z) c1 c2 c3 [x 1 2] [y 2 3] [z 3 1]"
    assert seen(history) == [("dirty-write", "G0", "1 -ww x-> 2, 2 -ww y-> 3, 3 -ww z-> 1")]


def test_reading_what_is_rolled_back_later_is_an_aborted_read() -> None:
    assert seen("w1(x) r2(x1) a1 c2") == [("aborted-read", "G1a", "1 -wr x-> 2")]


def test_reading_what_is_committed_later_is_no_aborted_read() -> None:
    assert seen("w1(x) r2(x1) c1 c2") == []


def test_an_aborted_read_by_who_is_rolled_back_too_harms_nobody() -> None:
    assert seen("w1(x) r2(x1) a1 a2") == []


def test_reading_ones_own_writes_that_are_rolled_back_is_no_aborted_read() -> None:
    assert seen("w1(x) r1(x) a1 r2(x) c2") == []


def test_reading_what_its_writer_changes_again_is_an_intermediate_read() -> None:
    assert seen("w1(x) r2(x1) w1(x) c1 c2") == [
        ("intermediate-read", "G1b", "1 -wr x-> 2"),
        ("read-skew", "G-single", "2 -rw x-> 1, 1 -wr x-> 2"),
    ]


def test_reading_what_its_writer_changes_no_more_is_no_intermediate_read() -> None:
    assert seen("w1(x) w1(x) r2(x1) c1 c2") == []


def test_reading_ones_own_intermediate_version_is_no_anomaly() -> None:
    assert seen("w1(x) r1(x) w1(x) c1") == []


def test_two_that_read_from_each_other_are_circular() -> None:
    history = "w1(x) w2(y) r1(y2) r2(x1) c1 c2"
    assert seen(history) == [("circular-information-flow", "G1c", "1 -wr x-> 2, 2 -wr y-> 1")]


def test_reading_from_who_overwrites_one_later_is_circular() -> None:
    history = "w1(x) w2(x) w2(y) r1(y2) c1 c2"
    assert seen(history) == [("circular-information-flow", "G1c", "1 -ww x-> 2, 2 -wr y-> 1")]


def test_one_that_reads_from_the_other_is_not_circular() -> None:
    assert seen("w1(x) w2(y) r2(x1) c1 c2") == []


def test_overwriting_what_replaced_ones_read_loses_an_update() -> None:
    history = "r1(x) r2(x) w2(x) c2 w1(x) c1"
    assert seen(history) == [("lost-update", "G-single", "1 -rw x-> 2, 2 -ww x-> 1")]


def test_reading_again_before_overwriting_is_no_lost_update() -> None:
    assert seen("r2(x) w2(x) c2 r1(x) w1(x) c1") == []


def test_an_update_is_lost_too_where_a_row_was_looked_for_and_made_by_both() -> None:
    assert seen("p1(x) p2(x) w2(x) c2 w1(x) c1") == [("lost-update", "G-single", "1 -rw x-> 2, 2 -ww x-> 1")]


def test_an_update_that_is_rolled_back_is_not_lost() -> None:
    assert seen("r1(x) r2(x) w2(x) a2 w1(x) c1") == []


def test_seeing_two_rows_of_two_moments_is_read_skew() -> None:
    history = "r1(x) w2(x) w2(y) c2 r1(y) c1"
    assert seen(history) == [("read-skew", "G-single", "1 -rw x-> 2, 2 -wr y-> 1")]


def test_seeing_two_rows_of_one_moment_is_no_read_skew() -> None:
    assert seen("r1(x) w2(x) w2(y) c2 r1(y0) c1") == []


def test_reading_one_row_twice_with_a_change_between_is_a_non_repeatable_read() -> None:
    history = "r1(x) w2(x) c2 r1(x) c1"
    assert seen(history) == [("non-repeatable-read", "G-single", "1 -rw x-> 2, 2 -wr x-> 1")]


@pytest.mark.parametrize(("first", "again"), [("r1(x)", "r1(x) r1(y)"), ("r1(x) r1(y)", "r1(x)")])
def test_a_row_read_again_may_not_fit_another_either(first: str, again: str) -> None:
    found = seen(f"{first} w2(x) w2(y) c2 {again} c1")
    assert [name for name, _, _ in found] == ["read-skew", "non-repeatable-read"]


def test_reading_one_row_twice_from_a_snapshot_is_repeatable() -> None:
    assert seen("r1(x) w2(x) c2 r1(x0) c1") == []


def test_a_row_that_appears_in_what_a_condition_gives_is_a_phantom() -> None:
    history = "p1(x) w2(x) c2 r1(x) c1"
    assert seen(history) == [("phantom", "G-single", "1 -rw x-> 2, 2 -wr x-> 1")]


def test_a_row_that_vanishes_from_what_a_condition_gives_is_a_phantom() -> None:
    history = "r1(x) d2(x) c2 p1(x) c1"
    assert seen(history) == [("phantom", "G-single", "1 -rw x-> 2, 2 -wr x-> 1")]


def test_a_sum_that_counts_a_row_which_a_condition_did_not_give_is_a_phantom() -> None:
    """Adya's H_phantom: employees are counted, one is added and the sum raised, then the sum is read."""
    assert seen("p1(x) r2(s) w2(x) w2(s) c2 r1(s) c1") == [("phantom", "G-single", "1 -rw x-> 2, 2 -wr s-> 1")]


def test_a_row_that_appears_after_the_last_look_is_no_phantom() -> None:
    assert seen("p1(x) w2(x) c2 c1") == []


def test_a_row_that_changes_without_a_difference_to_the_condition_is_no_phantom() -> None:
    assert seen("p1(x>3) w2(x) c2 p1(x>3) c1 w3(x) c3") == []


def test_two_that_each_write_what_the_other_read_are_a_write_skew() -> None:
    history = "r1(x) r1(y) r2(x) r2(y) w1(x) w2(y) c1 c2"
    assert seen(history) == [("write-skew", "G2-item", "1 -rw y-> 2, 2 -rw x-> 1")]


def test_two_that_write_what_only_one_read_are_no_write_skew() -> None:
    assert seen("r1(x) r1(y) r2(y) w1(x) w2(y) c1 c2") == []


def test_two_that_each_insert_what_the_others_condition_gives_are_a_write_skew() -> None:
    history = "p1(x) p1(y) p2(x) p2(y) w1(x) w2(y) c1 c2"
    assert seen(history) == [("write-skew", "G2", "1 -rw y-> 2, 2 -rw x-> 1")]


def test_a_write_skew_by_a_row_and_a_condition_is_one_by_conditions() -> None:
    assert seen("r1(y) p2(x) w1(x) w2(y) c1 c2") == [("write-skew", "G2", "1 -rw y-> 2, 2 -rw x-> 1")]


def test_two_conditions_on_one_row_that_both_write_are_no_write_skew() -> None:
    found = seen("p1(x>2) p2(x>1) w2(x) c2 w1(x) c1")
    assert [(name, adya) for name, adya, _ in found] == [("lost-update", "G-single"), ("g2", "G2")]


def test_two_that_insert_what_one_of_them_looked_for_are_no_write_skew() -> None:
    assert seen("p1(x) p1(y) w1(x) w2(y) c1 c2") == []


def test_two_readers_that_see_two_writes_in_opposite_orders_are_nonadjacent() -> None:
    history = "r4(x) w2(y) w1(x) c1 r3(x) r3(y) c2 r4(y) c3 c4"
    cycle = "4 -rw x-> 1, 1 -wr x-> 3, 3 -rw y-> 2, 2 -wr y-> 4"
    assert seen(history) == [("g-nonadjacent", "G-nonadjacent", cycle)]


def test_two_readers_that_see_two_writes_in_one_order_are_fine() -> None:
    assert seen("w2(y) w1(x) c1 r3(x) r3(y) c2 r4(x) r4(y) c3 c4") == []


def test_three_that_each_write_what_the_next_read_are_g2() -> None:
    history = "r1(x) r2(y) r3(z) w2(x) w3(y) w1(z) c1 c2 c3"
    assert seen(history) == [("g2-item", "G2-item", "1 -rw x-> 2, 2 -rw y-> 3, 3 -rw z-> 1")]
    by_condition = history.replace("r3(z)", "p3(z)")
    assert seen(by_condition) == [("g2", "G2", "1 -rw x-> 2, 2 -rw y-> 3, 3 -rw z-> 1")]


def test_three_of_which_one_writes_what_nobody_read_are_fine() -> None:
    assert seen("r1(x) r2(y) r3(z) w2(x) w3(y) c1 c2 c3") == []


def test_the_report_that_breaks_two_serializable_writers_is_g2() -> None:
    """Fekete, O'Neil and O'Neil (2004): a read-only transaction sees a deposit, but not the withdrawal before it."""
    history = "r2(x) r2(y) r1(y) w1(y) c1 r3(x) r3(y) c3 w2(x) c2"
    assert seen(history) == [("g2-item", "G2-item", "2 -rw y-> 1, 1 -wr y-> 3, 3 -rw x-> 2")]


def test_without_the_report_the_two_writers_are_fine() -> None:
    assert seen("r2(x) r2(y) r1(y) w1(y) c1 w2(x) c2") == []


def test_a_longer_cycle_with_one_replaced_read_keeps_the_word_of_theory() -> None:
    history = "r1(x) w2(x) w2(y) c2 r3(y) w3(z) c3 r1(z) c1"
    assert ("g-single", "G-single", "1 -rw x-> 2, 2 -wr y-> 3, 3 -wr z-> 1") in seen(history)


STALE = "w1(x) c1 r2(x0) c2"


def test_not_seeing_what_had_been_committed_before_one_began_is_stale() -> None:
    assert seen(STALE) == [("g-single-realtime", "G-single-realtime", "2 -rw x-> 1, 1 -realtime-> 2")]


def test_not_seeing_what_ones_own_session_had_committed_is_worse() -> None:
    own = {1: "A", 2: "A"}
    assert seen(STALE, own) == [("g-single-process", "G-single-process", "2 -rw x-> 1, 1 -process-> 2")]


def test_not_seeing_what_is_committed_at_the_same_time_is_fine() -> None:
    assert seen("w1(x) r2(x0) c1 c2") == []
    assert seen("w1(x) c1 r2(x0) e1 c2") == []


def test_a_witness_in_time_leaves_out_whom_it_only_comes_by() -> None:
    history = "w1(x) c1 w2(x) c2 r3(y) c3 r4(x0) c4"
    cycle = "4 -rw x-> 1, 1 -realtime-> 4"
    assert seen(history) == [("g-single-realtime", "G-single-realtime", cycle)]
    cycle = cycle.replace("realtime", "process")
    assert seen(history, dict.fromkeys(range(1, 5), "A")) == [("g-single-process", "G-single-process", cycle)]


def test_a_witness_in_time_does_not_leave_out_what_makes_the_order() -> None:
    """The first ended, as far as anybody could know, when the second had begun."""
    history = "w1(y) c1 r2(x) e1 w3(z) c3 w2(z) w2(y) c2 [y 2 1]"
    assert seen(history) == [("g0-realtime", "G0-realtime", "1 -realtime-> 3, 3 -ww z-> 2, 2 -ww y-> 1")]


def test_of_two_witnesses_in_time_the_one_within_the_other_is_told() -> None:
    history = "r4(k) r1(x) w2(x) c2 r3(y) w3(z) c3 w4(z) w4(q) c4 w1(q) w1(y) c1"
    cycle = "1 -rw x-> 2, 2 -realtime-> 3, 3 -rw y-> 1"
    assert seen(history) == [("g2-item-realtime", "G2-item-realtime", cycle)]


def test_what_the_order_of_rows_explains_is_not_told_again_with_the_order_of_time() -> None:
    history, sessions = "r1(x) w2(x) c2 w3(y) c3 r1(y) w1(x) c1", {2: "A", 3: "A"}
    assert [adya for _, adya, _ in seen(history, sessions)] == ["G-single"]
    assert [adya for _, adya, _ in seen(history.replace("w1(x)", ""), sessions)] == ["G-single-process"]


@pytest.mark.parametrize(
    ("ring", "beside", "word"),
    [
        ("1 ww 2 ww 3 ww 1", "1 rw 4 rw 1", "G0"),
        ("1 wr 2 ww 3 ww 1", "1 rw 4 rw 1", "G1c"),
        ("1 rw 2 ww 3 ww 1", "1 rw 4 rw 1", "G-single"),
        ("3 ww 1 ww 2 rw 3", "1 rw 4 rw 1", "G-single"),
        ("1 pw 2 ww 3 ww 1", "1 rw 4 rw 1", "G-single"),
        ("1 rw 2 wr 3 rw 4 wr 1", "1 rw 5 rw 1", "G-nonadjacent"),
        ("1 pw 2 wr 3 rw 4 wr 1", "1 rw 5 rw 1", "G-nonadjacent"),
        ("1 rw 2 rw 3 wr 1", "1 ww 4 ww 1", "G2-item"),
        ("1 rw 2 rw 3 rw 1", "1 ww 3 ww 2 ww 1", "G2-item"),
        ("1 rw 2 rw 3 ww 4 ww 5 ww 1", "3 ww 2 ww 1", "G2-item"),
        ("1 pw 2 rw 3 wr 1", "1 ww 4 ww 1", "G2"),
        ("1 rw 2 pw 3 wr 1", "1 ww 4 ww 1", "G2"),
    ],
)
def test_a_large_cycle_is_told_beside_a_small_one(ring: str, beside: str, word: str) -> None:
    history = depending([*steps(ring), *steps(beside)])
    found = {(anomaly.adya, len(anomaly.cycle)) for anomaly in anomalies(history)}
    assert found >= {(anomaly.adya, len(anomaly.cycle)) for anomaly in anomalies(depending(steps(beside)))}
    assert (word, len(steps(ring))) in found


def steps(chain: str) -> list[tuple[int, int, str, str]]:
    """The dependencies of such as "1 rw 2 ww 1"."""
    words = chain.split()
    ways = zip(words[0::2], words[2::2], words[1::2], strict=False)
    return [(int(source), int(target), kind, "") for source, target, kind in ways]


@pytest.mark.parametrize(
    ("history", "word"),
    [
        ("w1(x) c1 w3(x) c3 [x 3 1]", "G0"),
        ("w2(y) r1(y2) c1 w3(x) c3 w2(x) c2", "G1c"),
        ("r2(x) w1(x) c1 w3(y) c3 r2(y) c2", "G-single"),
        ("r4(q) r2(x) w1(x) c1 r3(y) w4(y) c4 r2(y) c2 c3", "G-nonadjacent"),
        ("r2(y) w1(y) c1 r3(z) w2(z) c2 c3", "G2-item"),
        ("r2(y) w1(y) c1 p3(z) w2(z) c2 c3", "G2"),
    ],
)
def test_every_phenomenon_has_a_variant_by_the_order_of_time_and_of_a_session(history: str, word: str) -> None:
    assert [adya for _, adya, _ in seen(history)] == [f"{word}-realtime"]
    assert [adya for _, adya, _ in seen(history, {1: "A", 3: "A"})] == [f"{word}-process"]
    assert seen(as_late_as_possible("c1", history)) == []


def as_late_as_possible(end: str, history: str) -> str:
    acts, bracket, order = history.replace(end, "").partition("[")
    return f"{acts} {end} {bracket}{order}"


def test_a_possible_read_is_told_as_such() -> None:
    (anomaly,) = anomalies(transactions("r1?(x) w2(x) c2 w1(x) c1"))
    assert (anomaly.name, anomaly.certain) == ("lost-update", False)


def test_each_part_of_a_possible_witness_is_as_certain_as_can_be() -> None:
    (anomaly,) = anomalies(transactions("r1?(y) r2?(x) r2(x) w1(x) w2(y) c1 c2"))
    assert [(dependency.source_step, dependency.certain) for dependency in anomaly.cycle] == [(1, False), (3, True)]


def test_a_witness_names_the_strongest_dependency_between_two() -> None:
    """The second wrote what the third read and overwrote; that it overwrote it is told."""
    history = "r1(x) w2(x) w2(y) c2 r3(y) w3(y) w3(z) c3 r1(z) c1"
    assert ("g-single", "G-single", "1 -rw x-> 2, 2 -ww y-> 3, 3 -wr z-> 1") in seen(history)


def test_a_certain_witness_is_preferred_to_a_possible_one() -> None:
    (anomaly,) = anomalies(transactions("r1?(x) r1(x) w2(x) c2 w1(x) c1"))
    assert anomaly.certain
    assert anomaly.cycle[0].source_step == 2


def test_a_short_possible_cycle_does_not_hide_a_long_certain_one() -> None:
    found = anomalies(depending([*steps("1 rw 2 ww 3 ww 1"), (2, 1, "wr", "?")]))
    assert [(len(anomaly.cycle), anomaly.certain) for anomaly in found] == [(3, True), (2, False)]


def test_what_is_only_possible_comes_last() -> None:
    found = anomalies(transactions("r1?(x) r1(y) w2(x) w2(y) c2 w1(x) r1(y) c1"))
    assert [(anomaly.name, anomaly.certain) for anomaly in found] == [
        ("read-skew", True),
        ("non-repeatable-read", True),
        ("lost-update", False),
    ]


def test_two_transactions_may_show_several_anomalies_the_worst_first() -> None:
    found = seen("r1(x) r1(y) p1(z) w2(x) w2(y) w2(z) c2 r1(y) r1(z) w1(x) c1")
    assert [name for name, _, _ in found] == ["lost-update", "read-skew", "phantom", "non-repeatable-read"]


def test_a_name_is_told_once_for_the_same_transactions() -> None:
    found = seen("r1(x) r1(y) w2(x) w2(y) c2 w1(x) w1(y) c1")
    assert [(name, cycle) for name, _, cycle in found if name == "lost-update"] == [
        ("lost-update", "1 -rw x-> 2, 2 -ww x-> 1")
    ]


def test_a_cycle_begins_with_what_was_read_first() -> None:
    (anomaly,) = anomalies(transactions("r2(x) r2(y) r1(x) r1(y) w1(x) w2(y) c1 c2"))
    assert [dependency.source_step for dependency in anomaly.cycle] == [1, 4]


def test_separate_races_are_told_separately() -> None:
    found = anomalies(transactions("r1(x) w2(x) c2 w1(x) c1 r3(y) w4(y) c4 w3(y) c3"))
    assert [(anomaly.name, anomaly.transactions) for anomaly in found] == [
        ("lost-update", (1, 2)),
        ("lost-update", (3, 4)),
    ]


def test_the_verdict_does_not_hang_on_the_order_in_which_rows_are_given() -> None:
    given = transactions("r1(x) r1(y) r2(x) r2(y) r3(z) w1(x) w2(y) w3(x) w2(z) c1 c2 c3 [x 1 3]")
    turned = replace(given, versions=dict(reversed(list(given.versions.items()))))
    assert anomalies(given) == anomalies(turned) != []
