"""Steps that have to do with different rows commute, however their statements lead to them."""

from __future__ import annotations

import pytest

from fuzz.traces import Effect, commute
from tests.traces.statements import Effects

READ_ONE = "SELECT * FROM parents WHERE id = 1"
READ_TWO = "SELECT * FROM parents WHERE id = 2"
CHANGE_ONE = "UPDATE parents SET value = value + 1 WHERE id = 1"
CHANGE_TWO = "UPDATE parents SET value = value + 1 WHERE id = 2"

CHILD_AND_PARENT = "SELECT c.id, c.parent, p.value FROM children c JOIN parents p ON p.id = c.parent WHERE c.id = 1"
PARENT_AND_CHILDREN = "SELECT p.id, c.value FROM parents p LEFT JOIN children c ON c.parent = p.id WHERE p.id = 1"


def committed(effects: Effects, statement: str, level: str = "rc") -> Effect:
    return effects(statement, level=level)[-1]


def first(effects: Effects, *statements: str, level: str = "rc") -> Effect:
    return effects(*statements, level=level)[0]


def test_writes_of_different_rows_do_and_of_one_row_do_not(effects: Effects) -> None:
    one, ended = effects(CHANGE_ONE)
    assert commute(one, first(effects, CHANGE_TWO))
    assert commute(ended, first(effects, CHANGE_TWO))
    assert not commute(one, first(effects, CHANGE_ONE))
    assert not commute(one, first(effects, "UPDATE parents SET value = 0"))
    assert not commute(ended, first(effects, "SELECT * FROM parents WHERE id IN (1, 3) FOR UPDATE"))


def test_a_commit_and_a_read_of_another_row_do(effects: Effects) -> None:
    ended = committed(effects, CHANGE_ONE)
    assert commute(ended, first(effects, READ_TWO))
    assert not commute(ended, first(effects, READ_ONE))
    assert not commute(ended, first(effects, "SELECT * FROM parents WHERE value = 2"))
    assert commute(ended, first(effects, "SELECT * FROM parents WHERE value = 5"))


def test_a_row_matters_both_for_what_it_was_and_for_what_it_becomes(effects: Effects) -> None:
    ended = committed(effects, "UPDATE parents SET value = 7 WHERE id = 1")
    assert not commute(ended, first(effects, "SELECT * FROM parents WHERE value = 1"))
    assert not commute(ended, first(effects, "SELECT * FROM parents WHERE value = 7"))


@pytest.mark.parametrize("level", ["rr", "ser"])
def test_a_snapshot_is_about_all_that_its_transaction_looks_at(effects: Effects, level: str) -> None:
    ended = committed(effects, CHANGE_ONE, level)
    assert commute(ended, first(effects, READ_TWO, level=level))
    other = first(effects, READ_TWO, CHANGE_TWO, level=level)
    assert commute(ended, other) is (level == "rr")  # SERIALIZABLE watches tables: both read and write this one
    assert not commute(ended, first(effects, READ_TWO, READ_ONE, level=level))
    assert not commute(ended, first(effects, READ_TWO, CHANGE_ONE, level=level))


def test_a_join_by_a_foreign_key_leads_to_one_row(effects: Effects) -> None:
    assert not commute(committed(effects, CHANGE_ONE), first(effects, CHILD_AND_PARENT))
    assert commute(committed(effects, CHANGE_TWO), first(effects, CHILD_AND_PARENT))
    moved = committed(effects, "UPDATE children SET parent = 2 WHERE id = 1")
    assert not commute(moved, first(effects, CHILD_AND_PARENT))


def test_who_names_a_row_has_to_do_with_all_that_it_is(effects: Effects) -> None:
    lock = "SELECT id FROM children WHERE id = 1 FOR UPDATE"
    assert commute(first(effects, lock), first(effects, "DELETE FROM parents WHERE id = 2"))
    assert not commute(first(effects, lock), first(effects, "DELETE FROM parents WHERE id = 1"))
    by_value = "SELECT id FROM children WHERE value = 1 FOR UPDATE"
    assert not commute(first(effects, by_value), first(effects, "DELETE FROM parents WHERE id = 2"))


def test_a_row_that_a_condition_does_not_find_yet_may_become_anything(effects: Effects) -> None:
    lock = "SELECT id FROM children WHERE id = 1 AND value = 5 FOR UPDATE"
    both = committed(effects, "UPDATE children SET value = 5, parent = 2 WHERE id = 1")
    assert not commute(both, first(effects, lock))


def test_what_may_come_into_a_join_is_more_than_what_is_in_it(effects: Effects) -> None:
    by_value = CHILD_AND_PARENT.replace("c.id = 1", "c.value = 1")
    assert not commute(committed(effects, "INSERT INTO children VALUES (3, 2, 1)"), first(effects, by_value))
    assert commute(committed(effects, "INSERT INTO children VALUES (3, 1, 5)"), first(effects, by_value))


def test_so_does_one_whose_result_tells_the_other_side_of_the_equality_only(effects: Effects) -> None:
    lock = "SELECT p.id FROM parents p JOIN children c ON c.parent = p.id WHERE c.id = 1 FOR UPDATE OF p"
    assert not commute(first(effects, CHANGE_ONE), first(effects, lock))
    assert commute(first(effects, CHANGE_TWO), first(effects, lock))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parents SET value = 3 FROM children c WHERE parents.id = c.parent AND c.id = 1 RETURNING parents.id",
        "DELETE FROM children USING parents p WHERE p.id = children.parent AND children.id = 1 RETURNING p.id",
        "SELECT p.id FROM children c, parents p WHERE p.id = c.parent AND c.id = 1",
    ],
)
def test_so_does_one_in_a_where(effects: Effects, statement: str) -> None:
    assert not commute(committed(effects, CHANGE_ONE), first(effects, statement))
    assert commute(committed(effects, CHANGE_TWO), first(effects, statement))
    assert not commute(committed(effects, "UPDATE children SET parent = 2 WHERE id = 1"), first(effects, statement))


def test_a_write_by_a_join_that_does_not_tell_what_it_wrote_may_be_of_any_row(effects: Effects) -> None:
    silent = "UPDATE parents SET value = value FROM children c WHERE parents.id = c.parent AND c.value = 9"
    assert not commute(committed(effects, CHANGE_TWO), first(effects, silent))


def test_an_outer_join_leads_to_the_rows_that_are_there_and_to_those_that_may_come(effects: Effects) -> None:
    assert not commute(committed(effects, "INSERT INTO children VALUES (3, 1, 1)"), first(effects, PARENT_AND_CHILDREN))
    assert commute(committed(effects, "INSERT INTO children VALUES (3, 2, 1)"), first(effects, PARENT_AND_CHILDREN))


@pytest.mark.parametrize(
    "statement",
    [
        # a parent without children is in no result, so that this does not tell of all parents
        "SELECT p.id, p.value, c.id FROM parents p JOIN children c ON c.parent = p.id WHERE p.value = 9",
        "SELECT p.id, c.id FROM parents p LEFT JOIN children c ON c.parent = p.id WHERE c.id IS NULL",
        "SELECT p.id, c.id FROM parents p LEFT JOIN children c ON c.parent = p.id LIMIT 1",
        "SELECT count(c.id) FROM parents p LEFT JOIN children c ON c.parent = p.id",
        "SELECT p.id FROM parents p WHERE NOT EXISTS (SELECT 1 FROM children c WHERE c.parent = p.id)",
    ],
)
def test_what_a_result_does_not_tell_may_be_any_row(effects: Effects, statement: str) -> None:
    assert not commute(committed(effects, "INSERT INTO children VALUES (3, 2, 1)"), first(effects, statement))


def test_two_joins_to_one_table_are_told_apart(effects: Effects) -> None:
    both = (
        "SELECT a.id, a.parent, p.value, b.id, b.parent, q.value FROM children a JOIN parents p ON p.id = a.parent "
        "JOIN children b ON b.id = a.id JOIN parents q ON q.id = b.parent WHERE a.id = 2"
    )
    assert not commute(committed(effects, CHANGE_TWO), first(effects, both))
    own = (
        "SELECT a.id, a.parent, p.value, c.id, c.parent, q.value FROM children a JOIN parents p ON p.id = a.parent "
        "LEFT JOIN children c ON c.value = a.id LEFT JOIN parents q ON q.id = c.parent WHERE a.id = 2"
    )
    assert commute(committed(effects, CHANGE_ONE), first(effects, own))


def test_children_of_one_parent_do_and_a_child_and_the_end_of_its_parent_do_not(effects: Effects) -> None:
    child = first(effects, "INSERT INTO children VALUES (3, 1, 1)")
    assert commute(child, first(effects, "INSERT INTO children VALUES (4, 1, 1)"))
    assert not commute(child, first(effects, "INSERT INTO children VALUES (3, 2, 1)"))
    assert not commute(child, first(effects, "DELETE FROM parents WHERE id = 1"))
    assert commute(child, first(effects, "DELETE FROM parents WHERE id = 2"))


def test_locks_that_two_may_have_commute(effects: Effects) -> None:
    share = first(effects, "SELECT * FROM parents WHERE id = 1 FOR SHARE")
    assert commute(share, share)
    assert not commute(share, first(effects, CHANGE_ONE))
    assert not commute(share, first(effects, "SELECT * FROM parents WHERE id = 1 FOR NO KEY UPDATE"))


def test_a_write_that_was_undone_counts_as_one_of_the_rows_that_it_chose(effects: Effects) -> None:
    undone = first(effects, CHANGE_ONE, "ROLLBACK")
    assert commute(undone, first(effects, CHANGE_TWO))
    assert not commute(undone, first(effects, CHANGE_ONE))
    renumbered = first(effects, "UPDATE parents SET id = 5 WHERE id = 2", "ROLLBACK")
    assert not commute(renumbered, first(effects, "INSERT INTO parents VALUES (5, 5)"))
