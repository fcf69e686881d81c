from __future__ import annotations

from typing import Literal

import pytest

from fuzz.isolation import PHENOMENA, anomalies, forbidden_at, strongest_level
from tests.isolation.notation import transactions

DIRTY_WRITE = "w1(x) w2(x) w2(y) c2 w1(y) c1 [x 1 2] [y 2 1]"
ABORTED_READ = "w1(x) r2(x1) a1 c2"
INTERMEDIATE_READ = "w1(x) r2(x1) w1(x) c1 c2"
CIRCULAR = "w1(x) w2(y) r1(y2) r2(x1) c1 c2"
LOST_UPDATE = "r1(x) r2(x) w2(x) c2 w1(x) c1"
PHANTOM = "p1(x) w2(x) c2 r1(x) c1"
LONG_FORK = "r4(x) w2(y) w1(x) c1 r3(x) r3(y) c2 r4(y) c3 c4"
WRITE_SKEW = "r1(x) r1(y) r2(x) r2(y) w1(x) w2(y) c1 c2"
WRITE_SKEW_BY_CONDITION = "p1(x) p1(y) p2(x) p2(y) w1(x) w2(y) c1 c2"
STALE_READ = "w1(x) c1 r2(x0) c2"


@pytest.mark.parametrize(
    ("history", "level"),
    [
        (DIRTY_WRITE, "PL-0"),
        (ABORTED_READ, "PL-1"),
        (INTERMEDIATE_READ, "PL-1"),
        (CIRCULAR, "PL-1"),
        (LOST_UPDATE, "PL-2"),
        (PHANTOM, "PL-2.99"),
        (LONG_FORK, "PL-2+"),
        (WRITE_SKEW, "PL-SI"),
        (WRITE_SKEW_BY_CONDITION, "PL-SI"),
        ("r1(x) c1 w2(x) c2", "PL-3"),
    ],
)
def test_a_history_leaves_the_strongest_level_that_admits_it(history: str, level: str) -> None:
    assert strongest_level(anomalies(transactions(history))) == level


def test_adyas_levels_promise_no_order_in_time() -> None:
    found = anomalies(transactions(STALE_READ))
    assert found
    assert strongest_level(found) == "PL-3"


def test_what_is_only_possible_rules_out_nothing() -> None:
    found = anomalies(transactions(LOST_UPDATE.replace("r1(x)", "r1?(x)")))
    assert found
    assert strongest_level(found) == "PL-3"


@pytest.mark.parametrize(
    ("history", "forbidding"),
    [
        (DIRTY_WRITE, ["rc", "rr", "ser"]),
        (ABORTED_READ, ["rc", "rr", "ser"]),
        (INTERMEDIATE_READ, ["rc", "rr", "ser"]),
        (CIRCULAR, ["rc", "rr", "ser"]),
        (LOST_UPDATE, ["rr", "ser"]),
        (PHANTOM, ["rr", "ser"]),
        (LONG_FORK, ["rr", "ser"]),
        (WRITE_SKEW, ["ser"]),
        (WRITE_SKEW_BY_CONDITION, ["ser"]),
        (STALE_READ, []),
    ],
)
def test_postgresql_forbids_what_its_levels_promise(history: str, forbidding: list[str]) -> None:
    words = {anomaly.adya for anomaly in anomalies(transactions(history))}
    levels: list[Literal["rc", "rr", "ser"]] = ["rc", "rr", "ser"]
    assert [level for level in levels if words & forbidden_at(level)] == forbidding


def test_each_level_of_postgresql_forbids_more_than_the_one_before() -> None:
    assert forbidden_at("rc") < forbidden_at("rr") < forbidden_at("ser") == set(PHENOMENA)
