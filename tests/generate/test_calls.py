from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.errors import CaseError, TargetError
from fuzz.generate.calls import MOST, balanced, call_table, simpler, unique


def target_of(**strategies: SearchStrategy[Any]) -> type[Target]:
    class Made(Target):
        metadata = MetaData()

        @operation(**strategies)
        def act(self, session: Session, a: object = None, b: object = None) -> None: ...

    return Made


def arguments(target: type[Target], seed: int = 1) -> list[tuple[Any, ...]]:
    return [tuple(call.arguments.values()) for call in call_table(target, seed)]


@pytest.mark.parametrize("seed", range(5))
def test_every_call_of_finite_strategies_is_there_once_the_simplest_first(seed: int) -> None:
    target = target_of(a=st.integers(0, 7), b=st.sampled_from(["x", "yy", "z"]))
    expected = [(a, b) for b in ("x", "z") for a in range(8)] + [(a, "yy") for a in range(8)]
    found = arguments(target, seed)
    assert sorted(found) == sorted(expected)
    assert [len(b) for _, b in found] == [1] * 16 + [2] * 8


def test_an_operation_without_arguments_is_one_call() -> None:
    assert call_table(target_of(), 1) == (Call("act", {}),)


def test_of_infinite_strategies_there_are_so_many_and_each_once() -> None:
    found = arguments(target_of(a=st.integers()))
    assert len(found) == len(set(found)) == MOST
    assert (0,) in found


def test_a_table_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    target = target_of(a=st.integers(), b=st.text())
    assert arguments(target, 1) == arguments(target, 1)
    assert arguments(target, 1) != arguments(target, 2)


def test_every_operation_has_as_many_places() -> None:
    class Two(Target):
        metadata = MetaData()

        @operation(a=st.integers(0, 3))
        def one(self, session: Session, a: int) -> None: ...

        @operation
        def other(self, session: Session) -> None: ...

    table = call_table(Two, 1)
    assert Counter(call.operation for call in table) == {"one": 4, "other": 4}
    assert len(unique(table)) == 5


def test_an_argument_that_no_case_file_can_hold_is_told_by_its_value() -> None:
    with pytest.raises(CaseError, match="A case file cannot hold 1j "):
        call_table(target_of(a=st.just(1j)), 1)


@pytest.mark.parametrize(
    "strategy",
    [st.nothing(), st.integers().filter(lambda _: False), st.builds(lambda: 1 // 0)],
    ids=["nothing", "refused", "raises"],
)
def test_a_strategy_that_does_not_work_names_its_operation(strategy: SearchStrategy[Any]) -> None:
    with pytest.raises(TargetError, match="The arguments of operation act of Made cannot be drawn"):
        call_table(target_of(a=strategy), 1)


def test_a_target_without_operations_is_told() -> None:
    class Idle(Target):
        metadata = MetaData()

    with pytest.raises(TargetError, match="Idle has no operations"):
        call_table(Idle, 1)


def test_simpler_calls_are_of_the_same_operation_the_simplest_first() -> None:
    table = [Call("act", {"a": value}) for value in (20, 3, 1, 3)] + [Call("other", {"a": 0})]
    assert simpler(Call("act", {"a": 20}), table) == [Call("act", {"a": 1}), Call("act", {"a": 3})]
    assert simpler(Call("act", {"a": 1}), table) == []


@pytest.mark.parametrize(
    ("kinds", "flat"), [(["ab", "c"], "acbc"), (["abc"], "abc"), ([], ""), (["a", "bcd"], "abacad")]
)
def test_kinds_take_turns_and_the_shorter_begin_anew(kinds: list[str], flat: str) -> None:
    assert "".join(balanced(kinds)) == flat
