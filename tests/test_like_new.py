"""What earlier cases have left in the tables shows in rows without an order, and in no replay."""

from __future__ import annotations

from contextlib import closing
from typing import Any, ClassVar

from sqlalchemy import Engine, create_engine, text
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


class LeftOpen(Target):
    """A seed and an operation that look, and leave that transaction open, as kombu's queues do."""

    def open(self, url: str) -> Session:
        return Session(create_engine(url))

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE books (id integer PRIMARY KEY)"))

    def seed(self, app: Session) -> None:
        app.execute(text("INSERT INTO books VALUES (1)"))
        app.commit()
        app.scalar(text("SELECT count(*) FROM books"))

    @operation
    def count(self, app: Session) -> Any:
        return app.scalar(text("SELECT count(*) FROM books"))


def test_tables_are_emptied_also_where_a_seed_or_a_warm_up_has_left_a_transaction_open(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(LeftOpen(), scratch)) as stage:
        trial = Trial(stage)
        counted = [trial(case(A=Call("count")))]
        with trial.like_new():
            counted += [trial(case(A=Call("count"))) for _ in range(2)]
    assert [verdict.history.outcomes[0].result for verdict in counted] == [1, 1, 1]


class Hoarding(Target):
    """Code that never gives a connection back, of the one engine that it has for a URL, with places for two."""

    held: ClassVar[list[object]] = []
    engines: ClassVar[dict[str, Engine]] = {}

    def open(self, url: str) -> Engine:
        if url not in self.engines:
            self.engines[url] = create_engine(url, pool_size=2, max_overflow=0, pool_timeout=0)
        return self.engines[url]

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE books (id integer PRIMARY KEY)"))

    @operation
    def count(self, app: Engine) -> Any:
        connection = app.connect()
        self.held.append(connection)
        return connection.scalar(text("SELECT count(*) FROM books"))


def test_a_connection_that_one_case_keeps_the_next_does_not_want(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Hoarding(), scratch)) as stage:
        outcomes = [stage.run(case(A=Call("count"))).outcomes[0] for _ in range(3)]
    assert [(outcome.result, outcome.failure) for outcome in outcomes] == [(0, None)] * 3
