"""One session that lives through all calls of a program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import CLOSING, History
from fuzz.postgres import Server
from tests.targets_for_engine import case, change, read, sql


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Things(Target):
    metadata = Base.metadata
    session_scope = "program"

    def seed(self, session: Session) -> None:
        session.add_all([Thing(id=1, name="a"), Thing(id=2, name="b")])

    @operation
    def name(self, session: Session) -> str:
        session.info["held"] = thing = session.get_one(Thing, 1)  # the identity map itself holds nothing
        return thing.name

    @operation(name=st.text())
    def rename(self, session: Session, name: str) -> None:
        session.get_one(Thing, 1).name = name
        session.commit()

    @operation
    def lock(self, session: Session) -> None:
        session.execute(text("LOCK TABLE things"))

    @operation
    def fail(self, session: Session) -> None:
        session.get_one(Thing, 1).name = "z"
        session.flush()
        message = "no"
        raise ValueError(message)


@pytest.fixture(scope="module")
def things(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Things(), scratch)) as laid_out:
        yield laid_out


def run(stage: Stage, schedule: str, *calls: str, b: str = "") -> History:
    programs = {"A": tuple(map(Call, calls)), "B": (Call("rename", {"name": b}),) if b else ()}
    return stage.run(Case("x", "rc", programs, tuple(schedule)))


def of_a(history: History) -> list[object]:
    return [outcome.result for outcome in history.outcomes if outcome.session == "A"]


def test_the_identity_map_lives_through_the_calls_and_goes_stale(things: Stage) -> None:
    history = run(things, "ABBB", "name", "name", b="new")
    assert of_a(history) == ["a", "a"]
    assert [step.sql.split()[0] for step in history.steps if step.session == "A"] == ["SELECT", "ROLLBACK"]


def test_after_an_operation_that_raised_the_session_is_rolled_back_and_goes_on(things: Stage) -> None:
    history = run(things, "", "fail", "name")
    failed, named = history.outcomes[:2]
    assert failed.failure is not None
    assert (failed.failure.name, failed.aftermath, named.result) == ("ValueError", None, "a")
    assert [step.sql.split()[0] for step in history.steps][:3] == ["SELECT", "UPDATE", "ROLLBACK"]
    assert history.commits == ()


@pytest.mark.parametrize("other", ["lock", "name"])
def test_an_end_while_another_session_holds_the_tables_waits_for_nothing_and_says_nothing(
    things: Stage, other: str
) -> None:
    programs = {"A": (Call("name"), Call("fail")), "B": (Call(other), Call("name"))}
    history = things.run(Case("x", "rc", programs, tuple("AAABAB")))
    assert history.hung == {}
    assert [(o.session, o.invocation.operation) for o in history.outcomes] == [
        ("A", "name"),
        ("A", "fail"),
        ("B", other),
        ("B", "name"),
    ]
    assert not any(outcome.aftermath for outcome in history.outcomes)


def test_the_next_case_begins_with_a_session_that_knows_nothing(things: Stage) -> None:
    assert of_a(run(things, "", "name", b="new")) == ["a"]
    assert [step.sql.split()[0] for step in run(things, "", "name").steps] == ["SELECT", "ROLLBACK"]


def test_a_transaction_reaches_from_call_to_call(lasting: Stage) -> None:
    history = lasting.run(case("AB", A=[sql(change(1)), sql("commit")], B=sql(change(1), "commit")))
    assert history.steps[1].waited_for == ("A",)
    assert [(commit.session, commit.call) for commit in history.commits] == [("A", 1), ("B", 0)]


def test_what_a_program_leaves_open_is_rolled_back_at_its_end_and_no_connection_stays_lent(lasting: Stage) -> None:
    history = lasting.run(case(A=[sql(change(1)), sql(read(1))]))
    assert [(step.sql.split()[0], step.call) for step in history.steps] == [
        ("UPDATE", 0),
        ("SELECT", 1),
        ("ROLLBACK", CLOSING),
    ]
    assert history.commits == ()
    assert not any(connection.lent for connection in lasting._connections)
