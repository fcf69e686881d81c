"""A lost update within one statement: what it has read by its snapshot is old when the row that it waits for comes."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch
from fuzz.trial import Trial

SCHEMA = """
CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL);
INSERT INTO accounts VALUES (1, 5);
CREATE VIEW seen AS SELECT id, balance FROM accounts;
CREATE FUNCTION balance_of(which integer) RETURNS integer LANGUAGE sql STABLE AS
    'SELECT balance FROM accounts WHERE id = which';
CREATE FUNCTION read_and_write(which integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE read integer;
BEGIN
    SELECT balance INTO read FROM accounts WHERE id = which;
    UPDATE accounts SET balance = read + 1 WHERE id = which;
    RETURN read + 1;
END $$;
CREATE FUNCTION raise_it(which integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts SET balance = balance + 1 WHERE id = which;
END $$;
"""

LOSING = (
    "UPDATE accounts SET balance = (SELECT balance FROM accounts WHERE id = 1) + 1 WHERE id = 1",
    "UPDATE accounts SET balance = balance_of(1) + 1 WHERE id = 1",
    "UPDATE seen SET balance = (SELECT balance FROM seen WHERE id = 1) + 1 WHERE id = 1",
    "SELECT read_and_write(1)",
    "DO $$ BEGIN PERFORM read_and_write(1); END $$",
)

KEEPING = (
    "UPDATE accounts SET balance = balance + 1 WHERE id = 1",
    "UPDATE seen SET balance = balance + 1 WHERE id = 1",
    "SELECT raise_it(1)",
    "DO $$ BEGIN PERFORM raise_it(1); END $$",
)


class Adding(Target):
    """Adds one to an account by one statement."""

    sql: str

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(SCHEMA)

    @operation
    def add(self, session: Session) -> None:
        session.execute(text(self.sql))
        session.commit()


def kinds(scratch: Scratch, sql: str) -> list[str]:
    """What is wrong with two that add, the one while the other waits for it."""
    target = type("Adding", (Adding,), {"sql": sql})
    with closing(Stage(target(), scratch)) as stage:
        verdict = Trial(stage)(Case("adding", "rc", {"A": (Call("add"),), "B": (Call("add"),)}, tuple("ABAB")))
    assert verdict.history.steps[1].waited_for == ("A",)
    return [violation.kind for violation in verdict.violations]


@pytest.mark.parametrize("sql", LOSING)
def test_what_a_statement_has_read_before_it_waited_is_lost_however_it_reads(scratch: Scratch, sql: str) -> None:
    assert kinds(scratch, sql) == ["lost-update"]


@pytest.mark.parametrize("sql", KEEPING)
def test_what_goes_on_from_the_row_that_it_has_waited_for_loses_nothing(scratch: Scratch, sql: str) -> None:
    assert kinds(scratch, sql) == []
