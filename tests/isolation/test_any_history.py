from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import networkx as nx
from hypothesis import HealthCheck, given, settings

from fuzz.isolation import (
    Anomaly,
    Dependency,
    anomalies,
    data_dependencies,
    dependencies,
    forbidden_at,
    strongest_level,
)
from fuzz.transactions import Transactions
from tests.isolation.brute_force import all_cycles, graph_of, phenomenon, strongest
from tests.isolation.runs import anything, on_a_database, serial

drawing = settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

UNFIT = {"G1a", "G1b"}


@drawing
@given(serial())
def test_a_serial_history_shows_nothing(history: Transactions) -> None:
    assert anomalies(history) == []


@drawing
@given(anything())
def test_there_is_a_cycle_to_tell_of_where_there_is_a_cycle(history: Transactions) -> None:
    told = [anomaly for anomaly in anomalies(history) if anomaly.adya not in UNFIT]
    assert (told == []) == nx.is_directed_acyclic_graph(graph_of(list(dependencies(history))))


@drawing
@given(anything())
def test_each_witness_is_a_cycle_that_is_there(history: Transactions) -> None:
    there = set(data_dependencies(history))
    for anomaly in anomalies(history):
        if anomaly.adya in UNFIT:
            continue
        assert all(dependency in there or is_in_order(dependency, history) for dependency in anomaly.cycle)
        assert all(one.target == other.source for one, other in pairwise([*anomaly.cycle, anomaly.cycle[0]]))
        assert tuple(sorted({dependency.source for dependency in anomaly.cycle})) == anomaly.transactions
        assert len(anomaly.cycle) == len(anomaly.transactions)
        assert anomaly.certain == all(dependency.certain for dependency in anomaly.cycle)
        assert anomaly.adya == phenomenon(anomaly.cycle)


def is_in_order(dependency: Dependency, history: Transactions) -> bool:
    numbered = {transaction.number: transaction for transaction in history.all}
    before, after = numbered[dependency.source], numbered[dependency.target]
    sessions_agree = {"process": before.session == after.session, "realtime": True}
    return sessions_agree.get(dependency.kind, False) and before.ended < after.first


@drawing
@given(anything())
def test_no_cycle_of_its_kind_is_shorter_than_the_shortest_told(history: Transactions) -> None:
    certain = [dependency for dependency in data_dependencies(history) if dependency.certain]
    told = shortest((anomaly.adya, len(anomaly.cycle)) for anomaly in anomalies(history) if anomaly.certain)
    there = shortest((phenomenon(cycle), len(cycle)) for cycle in all_cycles(certain))
    for word in ("G0", "G1c", "G-single", "G2-item"):
        assert told.get(word) == there.get(word), word
    if "G-nonadjacent" in there and not there.keys() & {"G0", "G1c", "G-single"}:
        assert told["G-nonadjacent"] == there["G-nonadjacent"]
    if "G2" in there:
        assert min(told.get("G2", 9), told.get("G2-item", 9)) <= there["G2"]


def shortest(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Word -> the length of its shortest cycle."""
    return dict(sorted(found, key=lambda word_and_length: -word_and_length[1]))


@drawing
@given(anything())
def test_the_level_left_is_the_one_that_all_cycles_leave(history: Transactions) -> None:
    certain = [dependency for dependency in data_dependencies(history) if dependency.certain]
    told = anomalies(history)
    unfit = any(anomaly.adya in UNFIT and anomaly.certain for anomaly in told)
    assert strongest_level(told) == strongest(list(all_cycles(certain)), unfit)


@drawing
@given(anything())
def test_one_anomaly_is_told_for_each_name_and_set_of_transactions(history: Transactions) -> None:
    told = [(anomaly.name, anomaly.transactions) for anomaly in anomalies(history)]
    assert len(told) == len(set(told))


@drawing
@given(anything())
def test_order_is_called_upon_only_where_nothing_else_explains(history: Transactions) -> None:
    told = [anomaly for anomaly in anomalies(history) if anomaly.certain]
    for variant in filter(lambda anomaly: anomaly.variant, told):
        weaker = [other for other in told if other is not variant and order(other) <= order(variant)]
        assert not any(set(other.transactions) <= set(variant.transactions) for other in weaker)


def order(anomaly: Anomaly) -> int:
    return anomaly.adya.endswith("-process") + 2 * anomaly.adya.endswith("-realtime")


@drawing
@given(on_a_database(snapshots=False))
def test_read_committed_shows_nothing_that_it_forbids(history: Transactions) -> None:
    assert not {anomaly.adya for anomaly in anomalies(history)} & forbidden_at("rc")


@drawing
@given(on_a_database(snapshots=True))
def test_snapshots_show_nothing_that_repeatable_read_forbids(history: Transactions) -> None:
    assert not {anomaly.adya for anomaly in anomalies(history)} & forbidden_at("rr")
