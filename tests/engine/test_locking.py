from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fuzz.engine.locking import Locking
from fuzz.engine.scheduled import Exchange
from fuzz.postgres import Scratch
from fuzz.postgres.catalogue import read_catalogue
from tests.targets_for_engine import SCHEMA, change, read

HEIRS = "CREATE TABLE old_notes () INHERITS (notes);"
VIEW = "CREATE VIEW rich AS SELECT * FROM accounts WHERE balance > 10;"
DEFERRED = "ALTER TABLE notes ADD UNIQUE (account, body) DEFERRABLE;"
FUNCTION = "CREATE FUNCTION richest() RETURNS integer LANGUAGE SQL AS 'SELECT max(balance) FROM accounts';"

Lay = Callable[..., Locking]


@pytest.fixture
def locking(scratch: Scratch) -> Lay:
    def lay_out(more: str = "", *, unseen: bool = False) -> Locking:
        with scratch.connect() as connection:
            connection.execute((more if SCHEMA in more else SCHEMA + more).encode())
            return Locking(read_catalogue(connection), unseen=unseen)

    return lay_out


def step(sql: str) -> Exchange:
    nothing: Any = None
    return Exchange(nothing, nothing, sql, None, nothing, "")


def may_wait(locking: Locking, sql: str, *, tables_locked: bool = False) -> bool:
    return locking.may_wait(step(sql), tables_locked=tables_locked)


@pytest.mark.parametrize(
    "sql", ["COMMIT", "ROLLBACK", read(1), "SELECT count(*), max(balance) FROM accounts a JOIN notes ON account = a.id"]
)
def test_an_end_and_a_select_wait_for_nobody(locking: Lay, sql: str) -> None:
    assert not may_wait(locking(), sql)


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
def test_what_locks_may_wait_or_is_not_told_may(locking: Lay, sql: str) -> None:
    assert may_wait(locking(HEIRS + VIEW), sql)


def test_a_select_may_wait_where_a_whole_table_may_be_locked(locking: Lay) -> None:
    told = locking()
    assert may_wait(told, read(1), tables_locked=True)
    assert not may_wait(told, "COMMIT", tables_locked=True)
    for sql in (
        "LOCK accounts",
        "TRUNCATE notes",
        "ALTER TABLE notes ADD x integer",
        "CLUSTER",
        "SELECT 1; LOCK notes",
    ):
        assert told.locks_tables(step(sql))
    for sql in (read(1), change(1), "SAVEPOINT one", "COMMIT", "LOCK TABLE accounts IN EXCLUSIVE MODE"):
        assert not told.locks_tables(step(sql))


def test_where_not_all_is_seen_any_step_but_an_end_may_wait_and_set_others_free_midway(locking: Lay) -> None:
    for more, unseen in (("", True), (f"DROP TABLE notes, accounts; {SCHEMA} {FUNCTION}", False)):
        told = locking(more, unseen=unseen)
        assert may_wait(told, read(1))
        assert told.frees_midway(step(read(1)))
        assert not may_wait(told, "COMMIT")


def test_a_commit_may_wait_where_a_constraint_is_checked_then(locking: Lay) -> None:
    assert may_wait(locking(DEFERRED), "COMMIT")


def test_several_statements_in_one_text_may_set_others_free_midway_and_a_single_one_does_not(locking: Lay) -> None:
    told = locking()
    for sql in (f"ROLLBACK TO s; {change(2)}", "SELECT pg_advisory_unlock(1), pg_sleep(1)", "DO $$ BEGIN END $$"):
        assert told.frees_midway(step(sql))
    for sql in (change(1), read(1), "ROLLBACK TO s", "COMMIT", "UPDATE notes SET body = 'a; b'"):
        assert not told.frees_midway(step(sql))
