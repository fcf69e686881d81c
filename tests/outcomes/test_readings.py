"""What a run has read off its clock is known without running it again, and is no more than a second run would show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzz.history import History, Write
from fuzz.outcomes import Volatile, readings_in, volatile_in
from fuzz.plain import Unordered
from tests.outcomes.outcomes_by_hand import history

CLOCK = datetime(2030, 1, 1, tzinfo=UTC)
LATER = CLOCK + timedelta(days=1001)
BEFORE = {"id": 1, "name": "first", "network": 1, "extra": None}


def run(clock: datetime, *, extra: Any = None, name: str = "first", result: Any = None) -> History:
    made = history(results=[result], writes=[Write("ports", BEFORE, {**BEFORE, "extra": extra, "name": name})])
    return replace(made, minted=replace(made.minted, clock=clock))


def at(clock: datetime, milliseconds: int) -> datetime:
    return clock + timedelta(milliseconds=milliseconds)


def test_moments_in_columns_documents_and_results_are_readings() -> None:
    moment = at(CLOCK, 5)
    document = {"at": moment.timestamp(), "log": [{"t": str(moment), "n": 1}]}
    found = readings_in(run(CLOCK, name=moment.isoformat(), extra=document, result=(1, {"at": moment})))
    assert found == Volatile(
        columns=frozenset({("ports", "name")}),
        documents=frozenset({("ports", "extra", ("at",)), ("ports", "extra", ("log", "*", "t"))}),
        results=frozenset({("act0", ("*", "at"))}),
    )


def test_moments_that_the_clock_has_not_shown_are_none() -> None:
    assert readings_in(run(CLOCK, name="2029-12-31T23:59:58+00:00", extra="2030-01-01")) == Volatile()
    assert readings_in(run(CLOCK, name=CLOCK.isoformat(), extra=CLOCK.timestamp())) == Volatile()
    assert readings_in(run(CLOCK, name="2030-01-01T99:00:00", extra=Decimal("1e30"), result=float("nan"))) == Volatile()
    assert readings_in(run(CLOCK, result=Unordered((at(CLOCK, 5),)))) == Volatile()


def test_without_a_clock_there_are_none() -> None:
    assert readings_in(history(results=[at(CLOCK, 5)])) == Volatile()


def contents(readings: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    plain = readings | st.none() | st.integers() | st.sampled_from(["", "2019-01-01T00:00:00", "12:00"])
    return st.recursive(
        plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner), max_leaves=5
    )


READINGS = st.integers(1, 3_000_000).map(lambda number: ("reading", number))


def filled(content: Any, clock: datetime, *, text: bool) -> Any:
    """Content with what a clock shows in place of readings, as JSON has it or as a call returns it."""
    match content:
        case ("reading", number):
            return str(at(clock, number)) if text else at(clock, number)
        case list():
            items = [filled(item, clock, text=text) for item in content]
            return items if text else tuple(items)
        case dict():
            return {key: filled(item, clock, text=text) for key, item in content.items()}
        case _:
            return content


@given(contents(READINGS), contents(READINGS))
def test_another_clock_shows_that_they_are_volatile(extra: Any, result: Any) -> None:
    one, other = (
        run(clock, extra=filled(extra, clock, text=True), result=filled(result, clock, text=False))
        for clock in (CLOCK, LATER)
    )
    found = readings_in(one)
    assert volatile_in(one, other) | found == volatile_in(one, other)
