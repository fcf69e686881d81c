"""Each strategy keeps what was published of it, in simulated programs; figures are rates over thousands of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from math import comb
from random import Random

import pytest

from fuzz.strategies import STRATEGIES, Replay, Strategy
from fuzz.strategies.pct import Pct
from fuzz.strategies.round_robin import RoundRobin
from tests.strategies.simulation import Order, Programs, comes_before, lengths, rate, schedule, switches

LOCAL = ["-"] * 8
TWO = {"A": LOCAL, "B": LOCAL}
UPDATES: Programs = {name: ["-", "-", "r x", "-", "-", "w x", "-", "-"] for name in "AB"}


def is_lost(order: Order) -> bool:
    """A lost update: one reads before, and writes after the other writes."""
    return comes_before(order, ("A", 2), ("B", 5), ("A", 5)) or comes_before(order, ("B", 2), ("A", 5), ("B", 5))


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_takes_every_step_once_and_repeats_with_its_seed(name: str) -> None:
    programs: Programs = {"A": LOCAL, "B": LOCAL[:3], "C": ["w x"]}
    orders = [schedule(programs, STRATEGIES[name](lengths(programs), Random(seed))) for seed in (1, 1, *range(2, 30))]
    assert all(sorted(order) == sorted(orders[0]) and len(set(order)) == len(order) == 12 for order in orders)
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) > 1


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_goes_on_beyond_the_lengths_that_were_expected(name: str) -> None:
    order = schedule(TWO, STRATEGIES[name]({"A": 1, "B": 1}, Random(3)))
    assert len(order) == 16


@pytest.mark.parametrize("name", sorted(STRATEGIES.keys() - {"preemption", "round-robin"}))
def test_every_strategy_that_draws_meets_a_lost_update_in_one_run_of_twenty_at_least(name: str) -> None:
    assert rate(UPDATES, is_lost, name) > 0.05


def test_lost_updates_are_met_most_often_by_those_that_switch_most_and_least_by_few_changes_of_priority() -> None:
    def two_changes(sizes: Mapping[str, int], random: Random) -> Strategy:
        return Pct(sizes, random, 2)

    uniform, walk, few = (rate(UPDATES, is_lost, make) for make in ("uniform", "walk", two_changes))
    assert uniform > walk > 2 * few > 0


def test_a_walk_tosses_a_coin_at_every_step() -> None:
    first = Counter("".join(session for session, _ in schedule(TWO, walk)[:3]) for walk in walks(8000))
    assert len(first) == 8
    assert all(abs(times / 8000 - 1 / 8) < 0.015 for times in first.values())


def walks(number: int) -> list[Strategy]:
    random = Random(1)
    return [STRATEGIES["walk"](lengths(TWO), random) for _ in range(number)]


def test_uniform_makes_all_interleavings_equally_likely() -> None:
    programs: Programs = {"A": LOCAL[:4], "B": LOCAL[:2]}
    random = Random(1)
    met = Counter(tuple(schedule(programs, STRATEGIES["uniform"](lengths(programs), random))) for _ in range(15_000))
    assert len(met) == comb(6, 2)
    assert all(abs(times / 15_000 - 1 / 15) < 0.01 for times in met.values())


def test_a_walk_does_not() -> None:
    programs: Programs = {"A": LOCAL[:4], "B": LOCAL[:2]}
    random = Random(1)
    met = Counter(tuple(schedule(programs, STRATEGIES["walk"](lengths(programs), random))) for _ in range(15_000))
    assert max(met.values()) > 3 * min(met.values())


@pytest.mark.parametrize(
    ("depth", "steps"),
    [
        (1, (("B", 7), ("A", 0))),
        (2, (("A", 2), ("B", 5), ("A", 5))),
        (3, (("A", 1), ("B", 2), ("A", 4), ("B", 6))),
    ],
)
def test_pct_meets_a_race_of_so_many_orderings_as_often_as_was_proved(
    depth: int, steps: tuple[tuple[str, int], ...]
) -> None:
    def made(sizes: Mapping[str, int], random: Random) -> Strategy:
        return Pct(sizes, random, depth)

    promised = 1 / (2 * 16 ** (depth - 1))
    assert rate(TWO, lambda order: comes_before(order, *steps), made, 20_000) >= promised


def test_pct_switches_no_more_often_than_priorities_change_and_programs_end() -> None:
    random = Random(1)
    for depth in (1, 2, 3, 4):
        orders = [schedule(TWO, Pct(lengths(TWO), random, depth)) for _ in range(200)]
        assert max(map(switches, orders)) <= depth


def test_sticky_switches_one_time_in_four() -> None:
    random = Random(1)
    long: Programs = {"A": ["-"] * 400, "B": ["-"] * 400}
    orders = [schedule(long, STRATEGIES["sticky"](lengths(long), random))[:300] for _ in range(50)]
    assert abs(sum(map(switches, orders)) / (50 * 299) - 0.25) < 0.02


def test_sticky_fits_whole_programs_into_gaps_more_often_than_uniform() -> None:
    def in_a_gap(order: Order) -> bool:
        return comes_before(order, ("A", 3), ("B", 0)) and comes_before(order, ("B", 7), ("A", 4))

    assert rate(TWO, in_a_gap, "sticky") > 5 * rate(TWO, in_a_gap, "uniform")


def test_single_preemption_meets_every_place_equally_often_and_switches_twice_at_most() -> None:
    random = Random(1)
    orders = [schedule(TWO, STRATEGIES["preemption"](lengths(TWO), random)) for _ in range(7000)]
    met = Counter(map(_cut, orders))
    assert met.keys() == {(session, steps) for session in "AB" for steps in range(1, 8)}
    assert all(abs(times / 7000 - 1 / 14) < 0.015 for times in met.values())
    assert {switches(order) for order in orders} == {2}


def _cut(order: Order) -> tuple[str, int]:
    first = order[0][0]
    return first, next(place for place, (session, _) in enumerate(order) if session != first)


def test_round_robin_gives_everybody_as_many_steps_in_turn() -> None:
    programs: Programs = {"A": LOCAL, "B": LOCAL, "C": LOCAL}
    order = schedule(programs, RoundRobin(lengths(programs), Random(1), 2))
    rounds = [order[start : start + 2] for start in range(0, 24, 2)]
    assert all(len({session for session, _ in each}) == 1 for each in rounds)
    assert all(one[0][0] != other[0][0] for one, other in pairwise(rounds))
    assert all(len({each[0][0] for each in rounds[start : start + 3]}) == 3 for start in range(0, 12, 3))


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_replay_does_it_again(name: str) -> None:
    order = schedule(UPDATES, STRATEGIES[name](lengths(UPDATES), Random(7)))
    assert schedule(UPDATES, Replay(session for session, _ in order)) == order


def test_replay_passes_over_who_cannot_go_on_and_goes_on_when_it_has_run_out() -> None:
    programs: Programs = {"A": LOCAL[:2], "B": LOCAL[:2]}
    order = schedule(programs, Replay("AAAB"))
    assert [session for session, _ in order] == ["A", "A", "B", "B"]
