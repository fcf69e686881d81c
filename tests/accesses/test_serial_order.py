"""Where the dependencies of calls have no circle, what came out is what a serial order gives: judging rests on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings

from fuzz.accesses import transactions_of
from fuzz.case import Call, Case
from fuzz.checks.grain import by_call, is_ordered
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.outcomes import agree, ending_of, volatile_in
from fuzz.postgres import Server
from fuzz.serial_orders import SerialOrders
from tests.accesses.programs import Programs, cases


@pytest.fixture(scope="module")
def stage(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Programs(), scratch)) as laid_out:
        yield laid_out


def comes_out_serially(stage: Stage, history: History) -> bool:
    serial = SerialOrders(stage).of(history.case)
    volatile = volatile_in(*serial.again()[0])
    ending = ending_of(history)
    return any(agree(ending, ending_of(order), volatile=volatile) for order in serial.orders())


def rest_comes_out_serially(stage: Stage, history: History, failed: frozenset[tuple[str, int]]) -> bool:
    """The same, as if some calls had not been made."""
    rest = ending_of(history).without(failed)
    return any(agree(rest, ending_of(order)) for order in SerialOrders(stage).of(history.case).without(failed))


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_what_has_no_circle_comes_out_as_in_a_serial_order(stage: Stage, case: Case) -> None:
    history = stage.run(case)
    if is_ordered(history, by_call(transactions_of(history))):
        assert comes_out_serially(stage, history)


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_so_does_the_rest_where_some_calls_have_failed(stage: Stage, case: Case) -> None:
    history = stage.run(case)
    failed = frozenset((end.session, end.call) for end in history.outcomes if end.failure is not None)
    if failed and is_ordered(history, by_call(transactions_of(history), without=failed)):
        assert rest_comes_out_serially(stage, history, failed)


def do(*acts: tuple[object, ...]) -> Call:
    return Call("do", {"acts": acts, "ends": "commit"})


CIRCLES = {
    "a number of a sequence, drawn before another, is sorted before it": Case(
        "programs.py",
        "rc",
        {"A": (do(("ticket", 1), ("get", 1)), do(("first_ticket",))), "B": (do(("ticket", 2), ("put", 1, 3)),)},
        tuple("ABBBAAA"),
    ),
    "no serial order fails to serialize": Case(
        "programs.py", "rr", {"A": (do(("increment", 1)),), "B": (do(("increment", 1)),)}, tuple("AABBAABB")
    ),
    "a row that no longer meets a condition is passed over, one that newly does is not found": Case(
        "programs.py", "rc", {"A": (do(("raise_all", 3, 1)),), "B": (do(("drop_value", 2)),)}, tuple("ABAB")
    ),
}


@pytest.mark.parametrize("case", CIRCLES.values(), ids=CIRCLES)
def test_what_comes_out_as_in_no_serial_order_has_a_circle(stage: Stage, case: Case) -> None:
    history = stage.run(case)
    assert not comes_out_serially(stage, history)
    assert not is_ordered(history, by_call(transactions_of(history)))
