"""What constraints and triggers make a statement, or a COMMIT, read and write besides."""

from __future__ import annotations

import pytest

from fuzz.engine.stage import Stage
from tests.accesses.scenes import INSERT_9, UPDATE_1, Scene, expected, played

SCENES = {
    "ON DELETE CASCADE deletes children, and theirs": Scene(
        "BBAA",
        ("DELETE FROM promises", "DELETE FROM parents WHERE id = 1"),
        "UPDATE children SET value = 1 WHERE id = 1",
        [
            "3 promises 1: seed > A",
            "3 promises 2: seed > A",
            "4 children 1: B > A",
            "4 children 2: seed > A",
            "4 guests 1: seed > A",
            "4 parents 1: seed > A",
            "4 toys 1: seed > A",
        ],
        [
            "3 promises 1 gone",
            "3 promises 2 gone",
            "4 children 1 gone",
            "4 children 2 gone",
            "4 guests 1",
            "4 parents 1 gone",
            "4 toys 1 gone",
        ],
    ),
    "a cascade looks for children that are there no more": Scene(
        "BBAA",
        "DELETE FROM parents WHERE id = 3",
        ("INSERT INTO children VALUES (9, 3, 0)", "DELETE FROM children WHERE id = 9"),
        ["3 parents 3: seed > A"],
        ["3 parents 3 gone"],
    ),
    "a cascade looks for children that have gone to another": Scene(
        "BBAA",
        "DELETE FROM parents WHERE id = 2",
        "UPDATE children SET parent = 3 WHERE id = 3",
        ["3 ?~children 3: B", "3 guests 2: seed > A", "3 parents 2: seed > A"],
        ["3 guests 2", "3 parents 2 gone"],
    ),
    "ON DELETE SET NULL": Scene(
        "AABB",
        ("DELETE FROM children", "DELETE FROM parents WHERE id = 2"),
        "SELECT 1",
        [
            "1 children 1: seed > A",
            "1 children 2: seed > A",
            "1 children 3: seed > A",
            "1 toys 1: seed > A",
            "2 guests 2: seed > A",
            "2 parents 2: seed > A",
        ],
        [
            "1 children 1 gone",
            "1 children 2 gone",
            "1 children 3 gone",
            "1 toys 1 gone",
            "2 guests 2",
            "2 parents 2 gone",
        ],
    ),
    "ON UPDATE CASCADE": Scene(
        "AABB",
        "UPDATE parents SET id = 7 WHERE id = 2",
        "SELECT 1",
        ["1 children 3: seed > A", "1 guests 2: seed > A", "1 parents 2: seed > A"],
        ["1 children 3", "1 guests 2", "1 parents 2 gone", "1 parents 7"],
    ),
    "a child needs its parent, but no matter which version of it": Scene(
        "BBAA", "INSERT INTO children VALUES (9, 1, 1)", UPDATE_1, [], ["3 children 9"]
    ),
    "a child needs who inserted its parent": Scene(
        "BBAA", "INSERT INTO children VALUES (9, 9, 1)", INSERT_9, ["3 ?~parents 9: B"], ["3 children 9"]
    ),
    "a child without a parent needs nobody": Scene(
        "BBAA", "INSERT INTO children VALUES (9, NULL, 1)", INSERT_9, [], ["3 children 9"]
    ),
    "a child that changes without its parent needs nobody": Scene(
        "BBAA",
        "UPDATE children SET value = 1 WHERE id = 1",
        INSERT_9,
        ["3 children 1: seed > A"],
        ["3 children 1"],
    ),
    "a child that was refused may have looked anywhere near": Scene(
        "AABB", "INSERT INTO children VALUES (9, 9, 1)", INSERT_9, ["1 ?~parents 9: seed > B"]
    ),
    "a unique value that another gave up": Scene(
        "BBAA",
        "INSERT INTO parents VALUES (9, 1, 'a')",
        "UPDATE parents SET name = 'z' WHERE id = 1",
        ["3 ?~parents 1: B"],
        ["3 parents 9"],
    ),
    "a unique value that was refused, though its snapshot shows nobody who has it": Scene(
        "ABBA",
        ("SELECT count(*) FROM words", "INSERT INTO parents VALUES (9, 1, 'c')"),
        "UPDATE parents SET name = 'c' WHERE id = 3",
        ["4 ?parents 3: B"],
        level="rr",
    ),
    "a foreign key that is deferred looks again at the COMMIT": Scene(
        "ABBA",
        "INSERT INTO promises VALUES (9, 9, 9)",
        INSERT_9,
        ["1 ?~parents 9: seed > B", "4 ?~parents 9: B"],
        ["1 promises 9"],
    ),
    "a foreign key that is deferred, and refused": Scene(
        "ABBA",
        "INSERT INTO promises VALUES (9, 3, 9)",
        "DELETE FROM parents WHERE id = 3",
        ["1 ?parents 3: seed > B", "4 ?~parents 3: B"],
    ),
    "a foreign key that is no longer deferred": Scene(
        "ABBAA",
        ("INSERT INTO promises VALUES (9, 9, 9)", "SET CONSTRAINTS ALL IMMEDIATE"),
        INSERT_9,
        ["1 ?~parents 9: seed > B", "4 ?parents 9: B", "4 ?promises 9: A", "5 ?~parents 9: B"],
        ["1 promises 9"],
    ),
    "a unique constraint that is deferred": Scene(
        "ABBA",
        "UPDATE promises SET code = 2 WHERE id = 1",
        "UPDATE promises SET code = 3 WHERE id = 2",
        ["1 promises 1: seed > A", "1 ?~promises 2: seed > B", "4 ?~promises 2: B"],
        ["1 promises 1"],
    ),
}

TRIGGERS = {
    "a row trigger's writes are the statement's; it may have read anything, and again at the COMMIT": Scene(
        "BBAA",
        "INSERT INTO rowwise VALUES (1)",
        UPDATE_1,
        ["3 ?parents 1: B", "4 ?parents 1: B"],
        ["3 log INSERT1", "3 rowwise 1"],
    ),
    "a statement trigger writes even if the statement does not": Scene(
        "BBAA", "DELETE FROM statementwise", UPDATE_1, ["3 ?parents 1: B", "4 ?parents 1: B"], ["3 log DELETE"]
    ),
    "a deferred trigger's writes are the COMMIT's": Scene(
        "ABBA",
        "INSERT INTO in_the_end VALUES (1)",
        UPDATE_1,
        ["1 ?parents 1: seed > B", "4 ?parents 1: B"],
        ["1 in_the_end 1", "4 log INSERT1"],
    ),
    "a step between sees nothing of a deferred trigger's writes": Scene(
        "AAABB",
        ("INSERT INTO in_the_end VALUES (1)", "SELECT line FROM log"),
        "SELECT line FROM log",
        [],
        ["1 in_the_end 1", "3 log INSERT1"],
    ),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_what_a_constraint_looks_for(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)


@pytest.mark.parametrize("scene", TRIGGERS.values(), ids=TRIGGERS)
def test_what_a_trigger_does(programmed: Stage, scene: Scene) -> None:
    found, written = played(programmed, scene)
    assert ([line for line in found if " A" not in line], written) == expected(scene)
