from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from fuzz.isolation.order import process_order, realtime_order
from fuzz.transactions import Transaction, Transactions
from tests.isolation.notation import transactions


def pairs(text: str) -> list[tuple[int, int]]:
    return [(dependency.source, dependency.target) for dependency in realtime_order(transactions(text))]


def test_who_began_after_anothers_end_comes_after_it() -> None:
    assert pairs("r1(x) c1 r2(x) c2") == [(1, 2)]


def test_who_ran_at_the_same_time_is_in_no_order() -> None:
    assert pairs("r1(x) r2(x) c1 c2") == []


def test_an_end_that_was_answered_late_comes_before_nothing_sent_until_then() -> None:
    assert pairs("w1(x) c1 r2(x) e1 c2 r3(x) c3") == [(1, 3), (2, 3)]


def test_what_follows_from_others_is_left_out() -> None:
    assert pairs("r1(x) c1 r2(x) c2 r3(x) c3") == [(1, 2), (2, 3)]


def test_two_that_ran_at_once_both_come_before_the_next() -> None:
    assert pairs("r1(x) r2(x) c1 c2 r3(x) c3") == [(1, 3), (2, 3)]


def test_who_was_rolled_back_is_in_no_order() -> None:
    assert pairs("r1(x) c1 r2(x) a2 r3(x) c3") == [(1, 3)]


def test_a_sessions_transactions_come_one_after_the_other() -> None:
    made = process_order(transactions("r1(x) r2(x) c1 r3(x) c2 c3", sessions={1: "A", 2: "B", 3: "A"}))
    assert [(dependency.source, dependency.target) for dependency in made] == [(1, 3)]


def test_two_that_a_session_runs_at_once_on_two_connections_are_in_no_order() -> None:
    made = process_order(transactions("r1(x) w2(x) c2 r1(x) c1", sessions={1: "A", 2: "A"}))
    assert list(made) == []


@st.composite
def spans(draw: st.DrawFn) -> Transactions:
    """Transactions of which only the beginning and the end matter."""
    steps = draw(st.permutations(range(2 * draw(st.integers(2, 7)))))
    bounds = [sorted(steps[i : i + 2]) for i in range(0, len(steps), 2)]
    late = draw(st.lists(st.integers(0, 3), min_size=len(bounds), max_size=len(bounds)))
    return Transactions(
        tuple(
            Transaction(number, "A", (), first, last, last + extra, committed=True, reads=(), writes={})
            for number, ((first, last), extra) in enumerate(zip(bounds, late, strict=True))
        ),
        {},
    )


@given(spans())
def test_the_order_of_time_is_the_least_that_all_the_rest_follows_from(them: Transactions) -> None:
    whole: nx.DiGraph[int] = nx.DiGraph(
        (one.number, other.number) for one in them.all for other in them.all if one.ended < other.first
    )
    least = {(dependency.source, dependency.target) for dependency in realtime_order(them)}
    assert least == set(nx.transitive_reduction(whole).edges)
