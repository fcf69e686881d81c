"""New rows have to do with each other where they are equal in an index, be they there to stay or not."""

from __future__ import annotations

import pytest

from fuzz.traces import Effect, commute
from tests.traces.statements import Effects

A = "INSERT INTO named (id, name, owner) VALUES (10, 'a', 1)"
ENDS = ("COMMIT", "ROLLBACK")

either = pytest.mark.parametrize("end", ENDS)


def first(effects: Effects, statement: str, end: str, level: str = "rc") -> Effect:
    return effects(statement, *(["ROLLBACK"] if end == "ROLLBACK" else []), level=level)[0]


@either
@pytest.mark.parametrize(
    ("other", "may_change_places"),
    [
        ("INSERT INTO named (id, name, owner) VALUES (11, 'b', 1)", True),
        ("INSERT INTO named (id, name, owner) VALUES (11, 'b', 1 + 1)", True),
        ("INSERT INTO named (id, owner, name) VALUES (11, 1, 'b'), (12, 1, 'c')", True),
        ("INSERT INTO named (id, name, owner) SELECT a, b::text, 1 FROM (VALUES (11, 'b')) AS v (a, b)", True),
        ("INSERT INTO named (id, name) VALUES (11, NULL)", True),
        ("INSERT INTO named (id, name) VALUES (10, 'b')", False),
        ("INSERT INTO named (id, name) VALUES (11, 'a')", False),
        ("INSERT INTO named (id, name) VALUES (11, 'b'), (12, 'a')", False),
        ("INSERT INTO named (id, name) VALUES (11, lower('A'))", False),
        ("INSERT INTO named (id, name) VALUES (11, 'a') ON CONFLICT DO NOTHING", False),
        ("INSERT INTO named (id, name) SELECT a, b FROM (VALUES (11, 'a')) AS v (a, b)", False),
    ],
)
def test_two_do_where_one_value_that_is_unique_is_in_both(
    effects: Effects, other: str, may_change_places: bool, end: str
) -> None:
    for one, two in ((end, "COMMIT"), ("COMMIT", end)):
        assert commute(first(effects, A, one), first(effects, other, two)) == may_change_places


@either
def test_one_without_the_names_of_its_columns_may_be_any(effects: Effects, end: str) -> None:
    undone = first(effects, "INSERT INTO named VALUES (11, 'b', 1)", "ROLLBACK")
    assert not commute(undone, first(effects, A, end))


@either
@pytest.mark.parametrize("change", ["UPDATE named SET note = 'new' WHERE id = 1", "DELETE FROM named WHERE id = 1"])
def test_so_do_a_new_row_and_one_of_the_same_value_that_is_changed_in_whatever_way(
    effects: Effects, change: str, end: str
) -> None:
    same, other = "INSERT INTO named (id, name) VALUES (12, 'x')", "INSERT INTO named (id, name) VALUES (12, 'z')"
    changed = first(effects, change, end)
    assert not commute(changed, first(effects, same, "ROLLBACK"))
    assert commute(changed, first(effects, other, "ROLLBACK"))
    assert commute(changed, first(effects, other, "COMMIT"))


@either
def test_rows_that_are_deleted_in_vain_are_those_that_were_chosen(effects: Effects, end: str) -> None:
    deleted = first(effects, "DELETE FROM named WHERE id = 1", "ROLLBACK")
    assert commute(deleted, first(effects, "UPDATE named SET note = 'q' WHERE id = 2", end))
    assert not commute(deleted, first(effects, "UPDATE named SET note = 'q' WHERE id = 1", end))


@either
def test_a_new_row_and_the_end_of_its_parent_do_and_of_another_do_not(effects: Effects, end: str) -> None:
    new = first(effects, "INSERT INTO named (id, name, owner) VALUES (10, 'a', 3)", end)
    assert not commute(new, first(effects, "DELETE FROM owners WHERE id = 3", "COMMIT"))
    assert commute(first(effects, A, end), first(effects, "DELETE FROM owners WHERE id = 3", "COMMIT"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INSERT INTO folded (id, name) VALUES (1, 'A')", "INSERT INTO folded (id, name) VALUES (2, 'a')"),
        ("INSERT INTO lonely (id, name) VALUES (1, NULL)", "INSERT INTO lonely (id, name) VALUES (2, NULL)"),
        ("INSERT INTO spans (id, span) VALUES (1, '[1,5)')", "INSERT INTO spans (id, span) VALUES (2, '[3,7)')"),
    ],
    ids=["an expression", "NULLs that are equal", "an exclusion constraint"],
)
@either
def test_an_index_that_does_not_tell_what_is_equal_may_be_about_any_two(
    effects: Effects, one: str, other: str, end: str
) -> None:
    assert not commute(first(effects, one, "COMMIT"), first(effects, other, end))


def test_who_draws_first_gets_the_lower_number_and_keeps_nobody_waiting(effects: Effects) -> None:
    draw, ended = effects("INSERT INTO named (name) VALUES ('a')")
    *_, other, _ = effects("INSERT INTO named (name) VALUES ('c')", "COMMIT", "INSERT INTO named (name) VALUES ('b')")
    assert not commute(draw, other)
    assert commute(ended, other)
    number = first(effects, "SELECT nextval(pg_get_serial_sequence('numbered', 'id'))", "COMMIT")
    assert not commute(draw, number)


def test_a_number_is_drawn_once(effects: Effects) -> None:
    drawn, pointed_at, _ = effects(
        "INSERT INTO named (name) VALUES ('a')", "INSERT INTO badges (named) SELECT id FROM named WHERE name = 'a'"
    )
    assert drawn.draws
    assert not pointed_at.draws


def test_what_was_drawn_in_vain_is_known_by_what_came_back(effects: Effects) -> None:
    told = first(effects, "INSERT INTO named (name, owner) VALUES ('a', 1) RETURNING id", "ROLLBACK")
    untold = first(effects, "INSERT INTO named (name, owner) VALUES ('a', 1)", "ROLLBACK")
    elsewhere = first(effects, "INSERT INTO numbered (value) VALUES (1)", "COMMIT")
    assert commute(told, elsewhere)
    assert not commute(untold, elsewhere)
    assert commute(told, first(effects, "INSERT INTO named (id, name, owner) VALUES (10, 'b', 1)", "COMMIT"))
    assert not first(effects, "INSERT INTO named (id, name, owner) VALUES (20, 'a', 1)", "ROLLBACK").draws


@either
def test_sequences_whose_numbers_do_not_tell_where_they_are_from_may_be_the_same(effects: Effects, end: str) -> None:
    narrow = first(effects, "INSERT INTO narrow (value) VALUES (1) RETURNING id", end)
    assert not commute(narrow, first(effects, "INSERT INTO narrow (value) VALUES (2)", "COMMIT"))
    assert commute(narrow, first(effects, "INSERT INTO numbered (value) VALUES (2)", "COMMIT"))
