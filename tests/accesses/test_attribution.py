"""Which step made which write, by their order and by what each can have made."""

from __future__ import annotations

from collections.abc import Sequence

from fuzz.accesses.attribution import place
from fuzz.history import Commit, Write
from tests.accesses.by_hand import changed, history, step

CHANGE = "UPDATE parents SET value = value + 1"
FUNCTION = "SELECT bump(1)"
Sent = tuple[str, str]
"""A statement and its tag."""


def placed(sent: Sequence[Sent], *writes: Write) -> dict[int, int]:
    """The statements of writes -> the steps that made them; a COMMIT ends the transaction."""
    statements = [*sent, ("COMMIT", "")]
    steps = [step(number, *each) for number, each in enumerate(statements, 1)]
    made = history(steps, Commit(len(steps), "A", 0, writes, {}), routines=frozenset({"bump"}))
    found = place(made)
    return {write.statement: number for number, group in found.items() for write in group}


def child(statement: int, parent: int | None = None, *, gone: bool = False) -> Write:
    before = {"id": 1, "parent": 1, "label": "x"}
    return Write("children", before, None if gone else {**before, "parent": parent}, statement)


def watched(statement: int) -> Write:
    return Write("watched", None, {"id": 1}, statement)


def test_each_statement_made_what_came_in_its_turn() -> None:
    assert placed([(CHANGE, "UPDATE 1"), (CHANGE, "UPDATE 1")], changed(1), changed(2)) == {1: 1, 2: 2}


def test_a_statement_that_changed_no_row_made_nothing() -> None:
    assert placed([(CHANGE, "UPDATE 0"), (CHANGE, "UPDATE 1"), (CHANGE, "UPDATE 0")], changed(1)) == {1: 2}


def test_a_statement_made_all_its_rows_and_its_cascades() -> None:
    sent = [("DELETE FROM parents WHERE id = 1", "DELETE 1"), (CHANGE, "UPDATE 2")]
    writes = [child(1, gone=True), changed(1, after=None), changed(2, 2), changed(2, 3)]
    assert placed(sent, *writes) == {1: 1, 2: 2}


def test_what_must_have_written_comes_before_what_may_have() -> None:
    assert placed([(FUNCTION, "SELECT 1"), (CHANGE, "UPDATE 1")], changed(1)) == {1: 2}
    assert placed([(CHANGE, "UPDATE 1"), (FUNCTION, "SELECT 1")], changed(1)) == {1: 1}


def test_a_function_may_write() -> None:
    assert placed([(FUNCTION, "SELECT 1"), (CHANGE, "UPDATE 1")], changed(1), changed(2)) == {1: 1, 2: 2}
    assert placed([(CHANGE, "UPDATE 1"), (FUNCTION, "SELECT 1")], changed(1), changed(2)) == {1: 1, 2: 2}


def test_of_two_that_may_have_written_it_is_the_later_one() -> None:
    assert placed([(FUNCTION, "SELECT 1"), (FUNCTION, "SELECT 1")], changed(1)) == {1: 2}


def test_a_with_may_write_what_the_tag_does_not_count() -> None:
    sql = "WITH gone AS (DELETE FROM children RETURNING id) UPDATE parents SET value = 1 WHERE id = 5"
    assert placed([(sql, "UPDATE 0"), (CHANGE, "UPDATE 1")], child(1, gone=True), changed(2)) == {1: 1, 2: 2}


def test_a_truncate_has_no_count() -> None:
    sent = [("TRUNCATE parents, children", "TRUNCATE TABLE")]
    assert placed(sent, changed(1, after=None), child(1, gone=True)) == {1: 1}


def test_on_conflict_may_update() -> None:
    sql = "INSERT INTO parents VALUES (1) ON CONFLICT (id) DO UPDATE SET value = 1"
    assert placed([(sql, "INSERT 0 2")], changed(1), changed(1, 2, before=None)) == {1: 1}


def test_a_trigger_may_write_though_the_statement_did_not() -> None:
    assert placed([("DELETE FROM watched", "DELETE 0")], changed(1)) == {1: 1}


def test_what_a_deferred_trigger_wrote_is_the_commits() -> None:
    assert placed([("INSERT INTO watched VALUES (1)", "INSERT 0 1")], watched(1), changed(2)) == {1: 1, 2: 2}


def test_what_a_savepoint_undid_was_made_by_nobody() -> None:
    sent = [("SAVEPOINT x", ""), (CHANGE, "UPDATE 1"), ("ROLLBACK TO x", ""), (CHANGE, "UPDATE 1")]
    assert placed(sent, changed(1)) == {1: 4}
