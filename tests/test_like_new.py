"""What earlier cases have left in the tables shows in rows without an order, and in no replay."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from fuzz.trial import Trial, Verdict
from tests.targets_for_engine import case

WIDE = 500
"""Letters of a row, so that a page is soon full and what is dead in it is taken out."""


class Shelf(Target):
    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE books (id integer PRIMARY KEY, title text)"))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO books SELECT i, repeat('x', :wide) FROM generate_series(1, 4) i"), WIDES)

    @operation
    def rewrite(self, session: Session) -> None:
        for _ in range(3):
            session.execute(text("UPDATE books SET title = repeat('y', :wide)"), WIDES)
            session.commit()

    @operation
    def add(self, session: Session) -> list[Any]:
        session.execute(text("INSERT INTO books VALUES (5, repeat('z', :wide))"), WIDES)
        session.commit()
        return list(session.scalars(text("SELECT id FROM books")))


WIDES = {"wide": WIDE}


def order(verdict: Verdict) -> list[Any]:
    return list(verdict.history.outcomes[0].result)


def test_a_case_comes_to_the_same_whatever_was_run_before(server: Server) -> None:
    addition = case(A=Call("add"))
    with server.scratch() as scratch, closing(Stage(Shelf(), scratch)) as stage:
        trial = Trial(stage)
        worn = []
        for _ in range(10):
            trial(case(A=Call("rewrite")))
            worn.append(order(trial(addition)))
        with trial.like_new():
            again = [trial(addition) for _ in range(3)]
    with server.scratch() as scratch, closing(Stage(Shelf(), scratch)) as stage:
        trial = Trial(stage)
        with trial.like_new():
            elsewhere = trial(addition)
    assert any(each != [1, 2, 3, 4, 5] for each in worn)
    assert order(elsewhere) == [1, 2, 3, 4, 5]
    assert {verdict.history.digest() for verdict in again} == {elsewhere.history.digest()}
