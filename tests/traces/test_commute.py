"""Which steps may change places: each rule with a pair that may not, and the nearest pair that may."""

from __future__ import annotations

import pytest

from fuzz.traces import Effect, commute
from tests.traces.statements import Effects

READ = "SELECT * FROM parents"
READ_OTHERS = "SELECT * FROM others"
READ_LEAVES = "SELECT * FROM leaves"
CHANGE_OTHERS = "UPDATE others SET value = 2 WHERE id = 1"
CHANGE = "UPDATE parents SET value = value + 1 WHERE id = 1"


def test_reads_commute_and_an_uncommitted_write_and_a_read(effects: Effects) -> None:
    read, _ = effects(READ)
    change, _ = effects(CHANGE)
    assert commute(read, read)
    assert commute(read, change)
    assert not commute(change, change)


def test_a_commit_and_a_statement_that_reads_what_it_shows_do_not(effects: Effects) -> None:
    _, commit = effects(CHANGE)
    read, ended = effects(READ)
    elsewhere, _ = effects(READ_OTHERS)
    assert not commute(commit, read)
    assert commute(commit, elsewhere)
    assert commute(commit, ended)


@pytest.mark.parametrize("level", ["rr", "ser"])
def test_under_a_snapshot_a_commit_and_the_first_statement_do_not_and_later_ones_do(
    effects: Effects, level: str
) -> None:
    _, commit = effects(CHANGE, level=level)
    first, second, _ = effects(READ_OTHERS, READ, level=level)
    assert not commute(commit, first)
    assert commute(commit, second)


def test_the_end_of_a_transaction_and_who_waits_for_its_locks_do_not(effects: Effects) -> None:
    lock, commit = effects("SELECT * FROM parents WHERE id = 1 FOR UPDATE")
    read, _ = effects(READ)
    assert not commute(lock, lock)
    assert not commute(commit, lock)
    assert commute(commit, read)


def test_a_savepoint_that_is_rolled_back_lets_go_of_its_locks(effects: Effects) -> None:
    *_, undone, _ = effects("SAVEPOINT one", CHANGE, "ROLLBACK TO SAVEPOINT one")
    *_, kept, _ = effects("SAVEPOINT one", CHANGE, "RELEASE SAVEPOINT one")
    lock, _ = effects("SELECT * FROM parents WHERE id = 1 FOR UPDATE")
    assert not commute(undone, lock)
    assert commute(kept, lock)


def test_a_child_and_its_parent_do_not(effects: Effects) -> None:
    child, _ = effects("INSERT INTO children VALUES (3, 1, 1)")
    parent, _ = effects(CHANGE)
    other, _ = effects("UPDATE others SET value = 2")
    assert not commute(child, parent)
    assert commute(child, other)


def test_a_delete_goes_down_to_the_children_of_the_children(effects: Effects) -> None:
    gone, _ = effects("DELETE FROM parents WHERE id = 2")
    leaf, _ = effects("SELECT * FROM leaves FOR UPDATE")
    new, _ = effects("INSERT INTO parents VALUES (3, 3)")
    assert not commute(gone, leaf)
    assert commute(new, leaf)


def test_it_makes_no_difference_who_of_two_serializable_transactions_reads_or_writes_first(effects: Effects) -> None:
    _, read, _ = effects(READ_OTHERS, READ, level="ser")
    _, change, _ = effects(READ_OTHERS, CHANGE, level="ser")
    assert commute(read, change)
    assert not commute(change, change)


def test_who_has_read_and_written_of_the_other_may_be_refused_once_that_one_has_committed(effects: Effects) -> None:
    for level, serializable in (("rr", False), ("ser", True)):
        *_, commit = effects(READ_OTHERS, CHANGE, level=level)
        _, reads, writes, reads_more, ends = effects(READ_LEAVES, READ, CHANGE_OTHERS, READ_LEAVES, level=level)
        assert commute(commit, reads)
        assert commute(commit, writes) is not serializable
        assert commute(commit, reads_more) is not serializable
        assert commute(commit, ends) is not serializable


@pytest.mark.parametrize("second", [READ, CHANGE_OTHERS, READ_OTHERS])
def test_who_has_only_read_of_the_other_or_only_written_is_not(effects: Effects, second: str) -> None:
    *_, commit = effects(READ_OTHERS, CHANGE, level="ser")
    _, *later = effects(READ_LEAVES, second, READ_LEAVES, level="ser")
    assert all(commute(commit, step) for step in later)


def test_a_rollback_has_nobody_refused(effects: Effects) -> None:
    _, _, undone, *_ = effects(READ_OTHERS, CHANGE, "ROLLBACK", level="ser")
    *_, writes, ends = effects(READ_LEAVES, READ, CHANGE_OTHERS, level="ser")
    assert commute(undone, writes)
    assert commute(undone, ends)


def test_a_table_that_is_locked_as_a_whole_keeps_readers_out(effects: Effects) -> None:
    emptied, commit = effects("TRUNCATE others")
    read, ended = effects(READ_OTHERS)
    assert not commute(emptied, read)
    assert not commute(commit, read)
    assert not commute(emptied, ended)
    assert commute(emptied, effects(READ)[0])


def test_a_constraint_that_is_deferred_is_looked_at_by_the_commit(effects: Effects) -> None:
    _, commit = effects("INSERT INTO others VALUES (2, 2)")
    change, _ = effects("UPDATE others SET value = 2 WHERE id = 1")
    elsewhere, _ = effects("UPDATE others SET value = 5 WHERE id = 1")
    assert not commute(commit, change)
    assert commute(commit, elsewhere)
    _, commit = effects("INSERT INTO leaves VALUES (1, 1)")
    assert commute(commit, effects(READ)[0])


def test_a_trigger_may_do_anything(effects: Effects) -> None:
    watched, _ = effects("INSERT INTO watched VALUES (1)")
    assert not commute(watched, effects("UPDATE others SET value = 2")[0])
    assert not commute(watched, effects(CHANGE)[0])


def test_advisory_locks_and_sequences_are_shared_too(effects: Effects) -> None:
    lock, _ = effects("SELECT pg_advisory_xact_lock(1)")
    assert not commute(lock, lock)
    assert commute(lock, effects(CHANGE)[0])
    number, _ = effects("SELECT nextval(pg_get_serial_sequence('parents', 'id'))")
    assert not commute(number, number)
    assert commute(number, lock)


def test_what_sends_nothing_commutes_with_everything(effects: Effects) -> None:
    assert commute(Effect(), effects("TRUNCATE others")[0])
