"""Which version a step sees: snapshots, waits, savepoints, autocommit, two connections of one session."""

from __future__ import annotations

import pytest

from fuzz.case import Call
from fuzz.engine.stage import Stage
from tests.accesses.scenes import UPDATE_1, Scene, expected, played

READ_1 = "SELECT value FROM parents WHERE id = 1"
READ_WORDS = "SELECT count(*) FROM words"

SNAPSHOTS = {
    "READ COMMITTED sees what was committed before the statement": Scene(
        "ABBAA", (READ_1, READ_1), UPDATE_1, ["1 parents 1: seed > B", "4 parents 1: B"]
    ),
    "REPEATABLE READ sees what was committed before the transaction's first statement": Scene(
        "ABBAA", (READ_WORDS, READ_1), UPDATE_1, ["4 parents 1: seed > B"], level="rr"
    ),
    "so does SERIALIZABLE": Scene("ABBAA", (READ_WORDS, READ_1), UPDATE_1, ["4 parents 1: seed > B"], level="ser"),
    "a snapshot is not taken by BEGIN, SET or SAVEPOINT": Scene(
        "ABBAA", ("SAVEPOINT x", READ_1), UPDATE_1, ["4 parents 1: B"], level="rr"
    ),
    "a level that is asked for by an execution option": Scene(
        "ABBA", Call("at_level", {"level": "REPEATABLE READ"}), UPDATE_1, ["4 parents 1: seed > B"]
    ),
    "a level that is asked for in SQL": Scene(
        "AABBA",
        ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", READ_WORDS, READ_1),
        UPDATE_1,
        ["5 parents 1: seed > B"],
    ),
    "a level that is asked for in SQL for the whole session": Scene(
        "AABABBA",
        ("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE", "commit", READ_WORDS, READ_1),
        UPDATE_1,
        ["6 parents 1: seed > B"],
    ),
    "a transaction sees its own writes": Scene(
        "AAABB",
        ("UPDATE parents SET value = 5 WHERE id = 1", READ_1),
        UPDATE_1,
        ["1 parents 1: seed > A", "2 parents 1: A > B"],
        ["1 parents 1"],
    ),
    "a row that was deleted and inserted anew": Scene(
        "A5BB",
        ("DELETE FROM words WHERE word = 'one'", READ_WORDS, "INSERT INTO words VALUES ('one', 5)", READ_WORDS),
        "UPDATE words SET value = 3 WHERE word = 'one'",
        ["1 words one: seed > A", "4 words one: A > B"],
        ["(1) words one gone", "3 words one"],
    ),
    "autocommit makes a transaction of each statement": Scene(
        "ABAB",
        Call("autocommit", {"statement": ("UPDATE parents SET value = 5 WHERE id = 1", READ_1)}),
        UPDATE_1,
        ["1 parents 1: seed > A", "3 parents 1: A > B"],
        ["1 parents 1"],
    ),
    "two connections of one session are two transactions": Scene(
        "",
        Call("two_connections"),
        "SELECT 1",
        ["1 parents 1: seed > A", "2 parents 1: seed > A", "4 parents 1: A"],
        ["1 parents 1"],
    ),
    "a TRUNCATE takes rows away from old snapshots, too": Scene(
        "ABBAA",
        ("SELECT count(*) FROM lines", READ_WORDS),
        "TRUNCATE words",
        [
            "4 ?words Two words: seed > B",
            "4 ?~words Two words: B",
            "4 ?words one: seed > B",
            "4 ?~words one: B",
        ],
        level="rr",
    ),
}

WAITS = {
    "an UPDATE that waited goes by the newest version": Scene(
        "BAB",
        "UPDATE parents SET value = value + 1 WHERE id = 1",
        UPDATE_1,
        ["2 parents 1: B > A"],
        ["2 parents 1"],
    ),
    "so does SELECT FOR UPDATE": Scene("BAB", f"{READ_1} FOR UPDATE", UPDATE_1, ["2 parents 1: B"]),
    "and one with the key in its result": Scene(
        "BAB", "SELECT id, value FROM parents WHERE value < 15 FOR SHARE", UPDATE_1, ["2 parents 1: B"]
    ),
    "FOR KEY SHARE does not wait": Scene("BAB", f"{READ_1} FOR KEY SHARE", UPDATE_1, ["2 parents 1: seed > B"]),
    "a row that no longer meets the condition is passed over, and one that newly does is not seen": Scene(
        "BAB",
        "DELETE FROM parents WHERE value = 20",
        "UPDATE parents SET value = value + 10",
        ["2 ~parents 1: seed > B", "2 ~parents 2: B"],
    ),
    "a row that was deleted and inserted anew is neither the old nor the new one": Scene(
        "BBAB",
        "UPDATE words SET value = 9 WHERE word = 'one'",
        ("DELETE FROM words WHERE word = 'one'", "INSERT INTO words VALUES ('one', 5)"),
        ["3 ~words one: B > B"],
    ),
    "a row whose key has changed is followed": Scene(
        "BAB",
        "UPDATE words SET value = 9 WHERE value = 1",
        "UPDATE words SET word = 'uno' WHERE word = 'one'",
        ["2 ?words one: seed > B", "2 ?~words one: B", "2 words uno: B > A"],
        ["2 words uno"],
    ),
    "a condition that cannot be told is one on either version": Scene(
        "BAB",
        "SELECT count(*) FROM (SELECT 1 FROM parents WHERE value % 5 = 1 FOR UPDATE) x",
        ("UPDATE parents SET value = 6 WHERE id = 1", UPDATE_1),
        ["2 ?parents 1: seed > B"],
    ),
    "the other tables of a statement that waited are seen as they were": Scene(
        "BBAB",
        "UPDATE parents SET value = 0 FROM children c WHERE c.id = 3 AND parents.id = 1 AND c.value > 5",
        ("UPDATE children SET value = 6 WHERE id = 3", UPDATE_1),
        ["3 ?children 3: seed > B", "3 parents 1: B > A"],
        ["3 parents 1"],
    ),
    "a query of the table that the statement locks sees what was there before": Scene(
        "BBAB",
        "UPDATE parents SET value = (SELECT max(value) FROM parents) WHERE id = 1",
        ("UPDATE parents SET value = 99 WHERE id = 2", UPDATE_1),
        ["3 ?parents 1: seed > B", "3 parents 1: B > A", "3 ?parents 2: B", "3 ?parents 2: seed > B"],
        ["3 parents 1"],
    ),
    "a query that waited for a table sees what is there then": Scene(
        "BBABB", READ_1, ("LOCK TABLE parents", UPDATE_1), ["3 parents 1: B"]
    ),
    "a statement that waited for a table or for a row": Scene(
        "BBABB",
        f"{READ_1} FOR UPDATE",
        ("LOCK TABLE parents", UPDATE_1),
        ["3 ?parents 1: B", "3 ?parents 1: seed > B"],
    ),
    "above READ COMMITTED it may not go by a newer version": Scene(
        "BABB",
        (READ_WORDS, "UPDATE parents SET value = value + 1 WHERE id = 1"),
        UPDATE_1,
        ["4 ?parents 1: seed > B"],
        level="rr",
    ),
}

SAVEPOINTS = {
    "what a savepoint has undone is no write, but it was read": Scene(
        "AAABAAA",
        (
            "SAVEPOINT x",
            "UPDATE children SET value = 5 WHERE id = 2",
            "ROLLBACK TO SAVEPOINT x",
            "UPDATE words SET value = 6 WHERE word = 'one'",
        ),
        "UPDATE children SET value = 0 WHERE id = 2",
        ["2 ?children 2: seed > B", "2 children 2: seed > B", "5 words one: seed > A"],
        ["5 words one"],
    ),
    "what came before a savepoint stays": Scene(
        "A6B",
        (
            "UPDATE words SET value = 6 WHERE word = 'one'",
            "SAVEPOINT x",
            "UPDATE words SET value = 7 WHERE word = 'one'",
            "ROLLBACK TO x",
            "RELEASE SAVEPOINT x",
        ),
        "SELECT 1",
        ["1 words one: seed > A", "3 ?words one: A", "3 words one: A"],
        ["1 words one"],
    ),
    "what was rolled back was read all the same": Scene(
        "BBAA",
        ("UPDATE words SET value = 6 WHERE word = 'one'", "rollback"),
        "UPDATE words SET value = 7 WHERE word = 'one'",
        ["3 ?words one: B", "3 words one: B"],
    ),
}


@pytest.mark.parametrize("scene", SNAPSHOTS.values(), ids=SNAPSHOTS)
def test_which_version_a_snapshot_shows(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)


@pytest.mark.parametrize("scene", WAITS.values(), ids=WAITS)
def test_which_version_is_seen_by_who_has_waited(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)


@pytest.mark.parametrize("scene", SAVEPOINTS.values(), ids=SAVEPOINTS)
def test_what_is_undone_is_not_written(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)
