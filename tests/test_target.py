from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, text
from sqlalchemy.orm import Session

from fuzz import Target, invariant, operation
from fuzz.case import Call, Case
from fuzz.checks.rules import rules_of
from fuzz.engine.stage import Stage
from fuzz.errors import CaseError, TargetError
from fuzz.history import Table as Described
from fuzz.postgres import Scratch
from fuzz.trial import Trial

METADATA = MetaData()
Table("numbers", METADATA, Column("id", Integer, primary_key=True))


class Numbers(Target):
    metadata = METADATA

    @operation(number=st.integers())
    def put(self, session: Session, number: int) -> None: ...

    @operation
    def count(self, engine: Engine) -> None: ...

    @invariant
    def few(self, session: Session) -> None: ...

    def neither(self, session: Session) -> None: ...


def test_operations_and_invariants_are_found_by_their_marks() -> None:
    assert {name: (each.gives, list(each.strategies)) for name, each in Numbers.operations.items()} == {
        "count": (("engine",), []),
        "put": (("session",), ["number"]),
    }
    assert list(Numbers.invariants) == ["few"]


def test_a_subclass_has_what_its_bases_have_and_more() -> None:
    class More(Numbers):
        @operation
        def more(self, session: Session) -> None: ...

    assert sorted(More.operations) == ["count", "more", "put"]
    assert sorted(Numbers.operations) == ["count", "put"]


def with_operation(function: Callable[..., Any], **strategies: Any) -> type[Target]:
    return type("Made", (Target,), {"act": operation(**strategies)(function) if strategies else operation(function)})


def one_argument(self: Target, session: Session, a: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "strategies", "problem"),
    [
        (one_argument, {}, "argument 'a' has no strategy"),
        (one_argument, {"a": st.none(), "b": st.none()}, "has no argument 'b'"),
        (one_argument, {"a": 3}, "argument 'a' is given 3, which is no Hypothesis strategy"),
    ],
)
def test_an_operation_that_cannot_be_called_is_told_when_its_class_is_made(
    function: Callable[..., Any], strategies: dict[str, Any], problem: str
) -> None:
    with pytest.raises(TargetError, match=problem):
        with_operation(function, **strategies)


async def asynchronous(self: Target, session: Session) -> None: ...
def with_app(self: Target, app: object) -> None: ...
async def asynchronous_create(self: Target, session: Session) -> None: ...
def synchronous(self: Target, session: Session) -> None: ...
def checked(self: Target, session: Session) -> None: ...


@pytest.mark.parametrize(
    ("name", "function", "where"),
    [
        ("holds", invariant(inside=True)(asynchronous), "invariant holds of Made is async"),
        ("holds", invariant(inside=True)(with_app), "invariant holds of Made asks for `app`"),
        ("create", asynchronous_create, "^create of Made is async"),
    ],
)
def test_what_cannot_be_given_is_told(name: str, function: Callable[..., Any], where: str) -> None:
    with pytest.raises(TargetError, match=where):
        type("Made", (Target,), {name: function})


def test_an_invariant_a_seed_and_a_create_that_are_synchronous_are_taken() -> None:
    made: type[Target] = type(
        "Made", (Target,), {"seed": synchronous, "create": synchronous, "holds": invariant(checked)}
    )
    assert list(made.invariants) == ["holds"]


def test_an_argument_with_a_default_needs_no_strategy() -> None:
    def act(self: Target, session: Session, a: int = 3) -> None: ...

    assert list(with_operation(act).operations) == ["act"]


TABLES = {"rules": Described("rules", ("id",), ("id", "group_id")), "s.groups": Described("s.groups", ("id",), ("id",))}


def test_rules_name_tables_and_columns_of_any_schema() -> None:
    class Ruled(Target):
        revision = "revision"
        revises = {"rules.group_id": "s.groups"}  # noqa: RUF012 - as the contract writes it
        ignore = ("s.groups.id",)

    rules = rules_of(Ruled, TABLES)
    assert rules.edges == {"rules": (("group_id", "s.groups"),)}
    assert rules.ignored == {("s.groups", "id")}


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"revises": {"rules.nothing": "s.groups"}}, "rules.nothing"),
        ({"revises": {"rules.group_id": "groups"}}, "groups"),
        ({"ignore": ("rules",)}, "rules"),
    ],
)
def test_rules_about_what_the_database_does_not_have_are_told(attributes: dict[str, Any], name: str) -> None:
    target: type[Target] = type("Ruled", (Target,), attributes)
    with pytest.raises(TargetError, match=f"speaks of '{name}', which its database does not have"):
        rules_of(target, TABLES)


@pytest.mark.parametrize(
    ("key", "word"), [(("id", "place"), "the columns id, place"), ((), "no columns")], ids=["two columns", "no key"]
)
def test_a_parent_that_one_column_cannot_point_to_is_told(key: tuple[str, ...], word: str) -> None:
    target: type[Target] = type("Ruled", (Target,), {"revises": {"rules.group_id": "places"}})
    tables = {**TABLES, "places": Described("places", key, ("id", "place"))}
    with pytest.raises(TargetError, match=f"leads from 'rules.group_id' to 'places', whose primary key is {word}"):
        rules_of(target, tables)


def test_a_parent_whose_key_is_one_column_is_followed() -> None:
    target: type[Target] = type("Ruled", (Target,), {"revises": {"rules.group_id": "places"}})
    tables = {**TABLES, "places": Described("places", ("place",), ("id", "place"))}
    assert rules_of(target, tables).edges == {"rules": (("group_id", "places"),)}


class Unlaid(Target):
    @operation
    def act(self, session: Session) -> None: ...


class Unseeded(Numbers):
    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO nowhere VALUES (1)"))


class Uncreated(Numbers):
    def create(self, engine: Engine) -> None:
        message = "no tablespace"
        raise OSError(message)


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (Unlaid, "Unlaid has neither `metadata` nor a `create` method"),
        (Unseeded, 'Unseeded could not seed the database: .*relation "nowhere" does not exist'),
        (Uncreated, "Uncreated could not make the schema: OSError: no tablespace"),
    ],
)
def test_a_target_that_cannot_be_laid_out_is_told(scratch: Scratch, target: type[Target], problem: str) -> None:
    with pytest.raises(TargetError, match=problem):
        Stage(target(), scratch)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (Call("take"), "The case calls take, which Numbers does not have"),
        (Call("put", {"number": 1, "size": 2}), "gives put the argument 'size', which it does not take"),
        (Call("put"), "does not give put the argument 'number'"),
    ],
)
def test_a_case_that_does_not_fit_its_target_is_told(scratch: Scratch, call: Call, problem: str) -> None:
    stage = Stage(Numbers(), scratch)
    try:
        with pytest.raises(CaseError, match=problem):
            Trial(stage)(Case("x", "rc", {"A": (call,)}))
    finally:
        stage.close()


@pytest.mark.parametrize("name", ["create", "seed", "operations"])
def test_an_operation_may_not_be_called_as_a_part_of_a_target_is(name: str) -> None:
    with pytest.raises(TargetError, match=f"'{name}' is rowrace's own word"):
        type("Made", (Target,), {name: operation(synchronous)})
