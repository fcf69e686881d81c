from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fuzz.engine.scheduled import Exchange
from fuzz.engine.unhindered import Unhindered
from fuzz.postgres import Scratch
from fuzz.postgres.catalogue import read_catalogue
from tests.targets_for_engine import SCHEMA, change, read

HEIRS = "CREATE TABLE old_notes () INHERITS (notes);"
VIEW = "CREATE VIEW rich AS SELECT * FROM accounts WHERE balance > 10;"
DEFERRED = "ALTER TABLE notes ADD UNIQUE (account, body) DEFERRABLE;"
FUNCTION = "CREATE FUNCTION richest() RETURNS integer LANGUAGE SQL AS 'SELECT max(balance) FROM accounts';"

Tells = Callable[..., bool]


@pytest.fixture
def tells(scratch: Scratch) -> Tells:
    def tell(sql: str, *before: str, more: str = "") -> bool:
        with scratch.connect() as connection:
            connection.execute((SCHEMA + more).encode())
            return Unhindered(read_catalogue(connection))(step(sql), map(step, before))

    return tell


def step(sql: str) -> Exchange:
    nothing: Any = None
    return Exchange(nothing, nothing, sql, None, nothing, "")


@pytest.mark.parametrize(
    "sql", ["COMMIT", "ROLLBACK", read(1), "SELECT count(*), max(balance) FROM accounts a JOIN notes ON account = a.id"]
)
def test_an_end_and_a_select_wait_for_nobody(tells: Tells, sql: str) -> None:
    assert tells(sql, read(1), change(1), "SAVEPOINT one", "LOCK TABLE accounts IN EXCLUSIVE MODE")


@pytest.mark.parametrize(
    "sql",
    [
        change(1),
        f"{read(1)} FOR SHARE",
        "SELECT pg_advisory_xact_lock(1)",
        "WITH raised AS (UPDATE accounts SET balance = 0 RETURNING id) SELECT * FROM raised",
        "SELECT 1; LOCK accounts",
        "SELECT * INTO copied FROM accounts",
        "SELECT * FROM rich",
        "SELECT body FROM notes",
        "SELECT FROM WHERE",
        "DO $$ BEGIN END $$",
    ],
)
def test_what_locks_may_wait_or_is_not_told_may(tells: Tells, sql: str) -> None:
    assert not tells(sql, more=HEIRS + VIEW)


@pytest.mark.parametrize("before", ["LOCK accounts", "TRUNCATE notes", "ALTER TABLE notes ADD x integer", "CLUSTER"])
def test_a_select_may_wait_where_a_whole_table_was_locked(tells: Tells, before: str) -> None:
    assert not tells(read(1), before)


def test_it_may_where_a_function_of_the_targets_own_may_lock_anything(tells: Tells) -> None:
    assert not tells(read(1), more=FUNCTION)


def test_a_commit_may_wait_where_a_constraint_is_checked_then(tells: Tells) -> None:
    assert not tells("COMMIT", more=DEFERRED)
