"""Rows that the ORM and Core read and wrote, whatever statements they made of it."""

from __future__ import annotations

import pytest

from fuzz.case import Call
from fuzz.engine.stage import Stage
from tests.accesses.scenes import UPDATE_1, Scene, expected, played

CHANGES = ("UPDATE children SET value = 0 WHERE id < 3", UPDATE_1)
NEW_CHILDREN = "INSERT INTO children VALUES (9, 1, 0), (8, 3, 0)"


def load(loader: str) -> Call:
    return Call("load", {"loader": loader, "value": 25})


SCENES = {
    "selectinload reads parents, then their children": Scene(
        "AABB",
        load("selectin"),
        CHANGES,
        ["1 parents 1: seed > B", "2 children 1: seed > B", "2 children 2: seed > B"],
    ),
    "selectinload of children sees what was committed in between": Scene(
        "ABBBA",
        load("selectin"),
        CHANGES,
        ["1 parents 1: seed > B", "5 children 1: B", "5 children 2: B"],
    ),
    "selectinload does not find a child that is not there yet": Scene(
        "AABB", load("selectin"), NEW_CHILDREN, ["2 ~children 9: seed > B"]
    ),
    "joinedload reads both at once": Scene(
        "AABB",
        load("joined"),
        CHANGES,
        ["1 children 1: seed > B", "1 children 2: seed > B", "1 parents 1: seed > B"],
    ),
    "subqueryload reads the parents again": Scene(
        "AABB",
        load("subquery"),
        CHANGES,
        ["1 parents 1: seed > B", "2 children 1: seed > B", "2 children 2: seed > B", "2 parents 1: seed > B"],
    ),
    "a lazy load reads the children of one parent": Scene(
        "AABB", Call("lazy", {"key": 1}), NEW_CHILDREN, ["2 ~children 9: seed > B"]
    ),
    "get, change, commit: the UPDATE looks at another version than was read": Scene(
        "ABBA",
        Call("get_and_put", {"key": 1, "value": 5}),
        UPDATE_1,
        ["1 parents 1: seed > B", "4 parents 1: B > A"],
        ["4 parents 1"],
    ),
    "what has expired is read again, and a refresh with a lock, too": Scene(
        "ABBA",
        Call("expire_and_refresh", {"key": 1}),
        UPDATE_1,
        ["1 parents 1: seed > B", "4 parents 1: B", "5 parents 1: B"],
    ),
    "objects are inserted": Scene(
        "", Call("add_children", {"keys": (7, 8)}), "SELECT 1", [], ["1 children 7", "2 children 8"]
    ),
    "insertmanyvalues are one statement": Scene(
        "", Call("insert_many", {"keys": (7, 8)}), "SELECT 1", [], ["1 children 7", "1 children 8"]
    ),
    "a bulk UPDATE by primary key is a statement for each": Scene(
        "BBAAA",
        Call("update_many", {"values": ((1, 5), (2, 6))}),
        UPDATE_1,
        ["3 parents 1: B > A", "4 parents 2: seed > A"],
        ["3 parents 1", "4 parents 2"],
    ),
    "an UPDATE by a condition": Scene(
        "AABB",
        Call("update_where", {"least": 20}),
        UPDATE_1.replace("11", "25"),
        ["1 ~parents 1: seed > B", "1 parents 2: seed > A", "1 parents 3: seed > A"],
        ["1 parents 2", "1 parents 3"],
    ),
    "a DELETE of Core": Scene(
        "", Call("delete_core", {"key": 3}), "SELECT 1", ["1 parents 3: seed > A"], ["1 parents 3 gone"]
    ),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_what_the_orm_reads_and_writes(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)
