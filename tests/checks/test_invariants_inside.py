from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, invariant, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch
from fuzz.trial import Trial, Verdict


class Seats(Target):
    """Two seats on the board, which are never both empty; each leaves after a look at the other."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE seats (id integer PRIMARY KEY, taken boolean NOT NULL)"))
            connection.execute(text("INSERT INTO seats VALUES (1, true), (2, true)"))
            connection.execute(text("CREATE TABLE minutes (line text NOT NULL)"))

    @operation
    def leave(self, session: Session) -> None:
        session.execute(text("UPDATE seats SET taken = false WHERE id = 1"))
        session.commit()

    @operation
    def leave_and_come_back(self, session: Session) -> None:
        session.execute(text("UPDATE seats SET taken = false"))
        session.execute(text("UPDATE seats SET taken = true"))
        session.commit()

    @operation
    def empty(self, session: Session) -> None:
        session.execute(text("UPDATE seats SET taken = false"))
        session.commit()

    @operation
    def empty_after_all(self, session: Session) -> None:
        session.execute(text("UPDATE seats SET taken = false"))
        session.rollback()

    @operation
    def write(self, session: Session) -> None:
        session.execute(text("INSERT INTO minutes VALUES ('all were late')"))
        session.commit()

    @operation
    def look_up(self, session: Session) -> None:
        session.execute(text("LOCK TABLE seats"))
        session.commit()

    @invariant(inside=True)
    def somebody_is_there(self, session: Session) -> None:
        assert session.scalar(text("SELECT bool_or(taken) FROM seats")), "all seats are empty"


class Grumbling(Seats):
    @invariant(inside=True)
    def cannot_be_asked(self, session: Session) -> None:
        session.execute(text("SELECT nothing FROM nowhere"))


Judge = Callable[..., Verdict]


@pytest.fixture
def judge(scratch: Scratch) -> Iterator[Judge]:
    with ExitStack() as stack:

        def make(*operations: str, target: type[Target] = Seats, isolation: str = "rc") -> Verdict:
            trial = Trial(stack.enter_context(closing(Stage(target(), scratch))))
            return trial(Case("x.py:X", isolation, {"A": tuple(map(Call, operations)), "B": ()}))

        yield make


@pytest.mark.parametrize("isolation", ["rc", "rr", "ser"])
def test_what_a_session_sees_before_its_commit_is_asked_and_what_it_leaves_behind_after(
    judge: Judge, isolation: str
) -> None:
    inside, committed = sorted(judge("empty", isolation=isolation).violations, key=lambda found: found.shape == ("",))
    assert {inside.kind, committed.kind} == {"broken-invariant"}
    assert {inside.shape, committed.shape} == {
        ("somebody_is_there",),
        ("somebody_is_there", "inside"),
    }
    assert all("all seats are empty" in found.story for found in (inside, committed))


@pytest.mark.parametrize("name", ["leave", "leave_and_come_back", "empty_after_all"])
def test_what_is_mended_before_the_commit_or_rolled_back_breaks_nothing(judge: Judge, name: str) -> None:
    verdict = judge(name, name)
    assert verdict.violations == ()
    assert verdict.history.inside == ()


def test_an_invariant_that_fails_in_the_database_leaves_the_transaction_as_it_was(judge: Judge) -> None:
    verdict = judge("leave", target=Grumbling)
    assert {found.shape for found in verdict.violations} == {("cannot_be_asked",), ("cannot_be_asked", "inside")}
    assert [step.sql for step in verdict.history.steps][-1] == "COMMIT"
    assert verdict.history.outcomes[0].failure is None
    assert [write.after for write in verdict.history.commits[0].writes] == [{"id": 1, "taken": False}]


def test_a_look_that_another_session_locks_out_says_nothing_and_is_given_up(scratch: Scratch) -> None:
    with closing(Stage(Seats(), scratch)) as stage:
        programs = {"A": (Call("look_up"),), "B": (Call("write"),)}
        verdict = Trial(stage)(Case("x.py:X", "rc", programs, tuple("ABBA")))
    assert verdict.violations == ()
    assert [(step.session, step.sql.split()[0]) for step in verdict.history.steps] == [
        ("A", "LOCK"),
        ("B", "INSERT"),
        ("B", "COMMIT"),
        ("A", "COMMIT"),
    ]


def test_a_look_is_no_step(judge: Judge) -> None:
    assert [step.sql.split()[0] for step in judge("leave").history.steps] == ["UPDATE", "COMMIT"]
