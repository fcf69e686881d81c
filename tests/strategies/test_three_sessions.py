"""With three sessions: none is forgotten, and each strategy takes them as often as can be calculated.

Rates may be off by four standard deviations, as in test_hit_rates.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations, product
from math import factorial, sqrt
from random import Random

import pytest

from fuzz.strategies import STRATEGIES, Make, Replay, Strategy, Turn
from fuzz.strategies.pct import Pct
from fuzz.strategies.round_robin import RoundRobin
from fuzz.strategies.sticky import SWITCH
from tests.strategies.simulation import Order, Programs, comes_before, lengths, rate, schedule, switches

RUNS = 12_000

LOCAL = ["-"] * 8
THREE: Programs = {"A": LOCAL, "B": LOCAL, "C": LOCAL}
STEPS = 24


def off(expected: float, runs: int = RUNS) -> float:
    """How far a rate may be off."""
    return 4 * sqrt(expected * (1 - expected) / runs)


def sessions(order: Order) -> str:
    return "".join(session for session, _ in order)


def met(make: Make, programs: Programs, part: Callable[[str], str] = str) -> Mapping[str, float]:
    """How often each order of sessions is met, or a part of it."""
    random = Random(1)
    orders = (sessions(schedule(programs, make(lengths(programs), random))) for _ in range(RUNS))
    return {each: times / RUNS for each, times in Counter(map(part, orders)).items()}


def assert_rates(rates: Mapping[str, float], expected: Mapping[str, float]) -> None:
    assert rates.keys() == expected.keys()
    assert all(abs(rates[each] - expected[each]) <= off(expected[each]) for each in expected)


def equally_likely(orders: Sequence[str]) -> Mapping[str, float]:
    return dict.fromkeys(orders, 1 / len(orders))


def of_depth(depth: int) -> Make:
    return lambda sizes, random: Pct(sizes, random, depth)


def test_uniform_makes_all_interleavings_of_three_programs_equally_likely() -> None:
    programs: Programs = {"A": LOCAL[:3], "B": LOCAL[:2], "C": LOCAL[:1]}
    orders = sorted(set(map("".join, permutations("AAABBC"))))
    assert len(orders) == factorial(6) / (factorial(3) * factorial(2))
    assert_rates(met(STRATEGIES["uniform"], programs), equally_likely(orders))


def test_a_walk_lets_each_of_three_go_on_as_often_as_any_other() -> None:
    begun = equally_likely(list(map("".join, product("ABC", repeat=2))))
    assert_rates(met(STRATEGIES["walk"], THREE, lambda order: order[:2]), begun)


def test_sticky_leaves_a_session_for_either_of_the_others_equally_often() -> None:
    begun = {one + other: (1 - SWITCH if one == other else SWITCH / 2) / 3 for one, other in product("ABC", repeat=2)}
    assert_rates(met(STRATEGIES["sticky"], THREE, lambda order: order[:2]), begun)


def test_pos_takes_steps_that_nobody_notices_in_any_order() -> None:
    programs: Programs = {"A": ["-"], "B": ["-"], "C": ["-"]}
    assert_rates(met(STRATEGIES["pos"], programs), equally_likely(list(map("".join, permutations("ABC")))))


def test_single_preemption_interrupts_one_of_three_and_runs_both_others_meanwhile_in_either_order() -> None:
    programs: Programs = {"A": LOCAL[:4], "B": LOCAL[:4], "C": LOCAL[:4]}
    orders = [
        first * begun + second * 4 + third * 4 + first * (4 - begun)
        for first, second, third in permutations("ABC")
        for begun in (1, 2, 3)
    ]
    assert_rates(met(STRATEGIES["preemption"], programs), equally_likely(orders))


def test_round_robin_draws_the_order_and_the_number_of_steps() -> None:
    programs: Programs = {"A": LOCAL[:6], "B": LOCAL[:6], "C": LOCAL[:6]}
    orders = [
        "".join(session * steps for session in order) * (6 // steps)
        for order in permutations("ABC")
        for steps in (1, 2, 3)
    ]
    assert_rates(met(STRATEGIES["round-robin"], programs), equally_likely(orders))


def chosen(strategy: Strategy, *ready: str) -> str:
    """Who takes each step, when so many are ready for it."""
    return "".join(strategy.choose(Turn(each, lambda _one, _other: False)) for each in ready)


@pytest.mark.parametrize("seed", range(6))
def test_who_cannot_go_on_loses_the_rest_of_its_turn_and_the_next_has_a_whole_one(seed: int) -> None:
    sizes = lengths(THREE)
    first, second, third = list(chosen(RoundRobin(sizes, Random(seed), 1), *["ABC"] * 3))
    others = second + third
    taken = chosen(RoundRobin(sizes, Random(seed), 3), "ABC", others, *["ABC"] * 8)
    assert taken == first + second * 3 + third * 3 + first * 3


def test_pct_begins_with_any_of_three_and_goes_on_with_any_other() -> None:
    orders = ["".join(session * 8 for session in order) for order in permutations("ABC")]
    assert_rates(met(of_depth(1), THREE), equally_likely(orders))


def test_pct_meets_what_takes_one_moment_with_three_sessions_as_seldom_as_was_proved_and_not_more_seldom() -> None:
    def is_in_the_last_gap(order: Order) -> bool:
        return sessions(order[:7] + order[-1:]) == "A" * 8

    expected = 1 / (3 * STEPS)  # A comes first, and loses its priority at its last step
    assert abs(rate(THREE, is_in_the_last_gap, of_depth(2), RUNS) - expected) <= off(expected)


@pytest.mark.parametrize(
    ("depth", "steps"),
    [
        (1, (("C", 7), ("A", 0))),
        (2, (("A", 2), ("B", 5), ("C", 5))),
        (2, (("C", 2), ("B", 5), ("C", 5))),
        (3, (("A", 1), ("B", 2), ("C", 4), ("A", 6))),
    ],
)
def test_pct_meets_a_race_of_three_sessions_as_often_as_was_proved(
    depth: int, steps: tuple[tuple[str, int], ...]
) -> None:
    promised = 1 / (3 * STEPS ** (depth - 1))
    assert rate(THREE, lambda order: comes_before(order, *steps), of_depth(depth), 20_000) >= promised


@pytest.mark.parametrize("seed", range(6))
def test_pct_makes_all_changes_that_fall_on_one_moment(seed: int) -> None:
    """Where there is one moment only, who would be first loses its priority there, and then who would be second."""
    sizes = {"A": 1, "B": 0, "C": 0}
    orders = [sessions(schedule(THREE, Pct(sizes, Random(seed), depth)))[::8] for depth in (1, 2, 3)]
    first, second, third = list(orders[0])
    assert orders == [first + second + third, second + third + first, third + second + first]


def test_pct_draws_each_of_four_depths_equally_often() -> None:
    """Before two steps that are expected, a change falls on either; the lowest one interrupts if that is the second.

    Whoever has been given the lowest priority before the first step is not gone back to, whatever changes then.
    """
    programs: Programs = {"A": LOCAL, "B": LOCAL}

    def interrupted(depth: int | None) -> float:
        def made(_sizes: Mapping[str, int], random: Random) -> Strategy:
            return Pct({"A": 1, "B": 1}, random, depth)

        return rate(programs, lambda order: order[0][0] != order[1][0], made, RUNS)

    for depth, expected in ((1, 0.0), (2, 1 / 2), (3, 1 / 2), (4, 1 / 2), (None, 3 / 4 / 2)):
        assert abs(interrupted(depth) - expected) <= off(expected)


def test_pct_of_drawn_depth_interrupts_as_often_as_the_depths_do_on_the_average() -> None:
    """By how often nobody is interrupted, once, twice, and three times."""
    runs = 4_000

    def spread(make: Make) -> list[float]:
        random = Random(1)
        times = Counter(switches(schedule(THREE, make(lengths(THREE), random))) - 2 for _ in range(runs))
        return [times[interruptions] / runs for interruptions in range(5)]

    each = [spread(of_depth(depth)) for depth in (1, 2, 3, 4)]
    assert [max(number for number, share in enumerate(shares) if share) for shares in each] == [0, 1, 2, 3]
    for drawn, shares in zip(spread(Pct), zip(*each, strict=True), strict=True):
        expected = sum(shares) / 4
        assert abs(drawn - expected) <= 2 * off(expected, runs)


def test_a_schedule_that_has_run_out_goes_on_with_the_first_that_is_ready() -> None:
    programs: Programs = {"A": LOCAL[:2], "B": LOCAL[:2], "C": LOCAL[:2]}
    assert sessions(schedule(programs, Replay("C"))) == "CAABBC"
