from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.targets_for_engine import Script, case, change, sql

WRITTEN = sql(change(1), "INSERT INTO notes (account, body) VALUES (1, 'x')", "commit")
READ = sql("SELECT balance FROM accounts UNION ALL SELECT count(*) FROM notes")
SEED = (10, 10, 10, 0)


class Opening(Script):
    """Writes when it is opened for a session."""

    def open(self, url: str) -> None:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE accounts SET balance = 99"))
        engine.dispose()


@pytest.fixture(scope="module", params=[Script, Opening])
def laid_out(server: Server, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(request.param(), scratch)) as stage:
        yield stage


def _read(stage: Stage, session: str = "A") -> object:
    (outcome,) = stage.run(case(session, **{session: READ})).outcomes
    return outcome.result


def test_rows_that_are_put_back_meanwhile_are_there_when_the_next_run_begins(laid_out: Stage) -> None:
    for _ in range(3):
        assert laid_out.run(case("A", A=WRITTEN)).commits
        laid_out.tidy_up()
        laid_out.tidy_up()
        assert _read(laid_out) == SEED


def test_so_they_are_when_that_run_is_the_first_of_a_session(laid_out: Stage) -> None:
    laid_out.run(case("A", A=WRITTEN))
    laid_out.tidy_up()
    assert _read(laid_out, "F") == SEED


def test_and_when_it_is_run_as_if_it_were_the_first_of_all(laid_out: Stage) -> None:
    laid_out.run(case("A", A=WRITTEN))
    laid_out.tidy_up()
    with laid_out.like_new():
        assert _read(laid_out) == SEED
        laid_out.run(case("A", A=WRITTEN))
        laid_out.tidy_up()
    assert _read(laid_out) == SEED


def test_a_transaction_that_was_left_open_does_not_keep_them_from_coming_back(laid_out: Stage) -> None:
    laid_out.run(case("A", A=sql(change(1), change(2))))
    laid_out.tidy_up()
    assert _read(laid_out) == SEED
