from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from fuzz.checks import Rules
from fuzz.history import History, Table
from tests.histories_by_hand import (
    RULES,
    SEED,
    TABLES,
    commit,
    failure,
    group,
    history,
    judged,
    kinds,
    outcome,
    port,
    rule,
)

Writes = list[tuple[str, Any, Any]]

BUMP = ("groups", group(), group(revision=6))
ATTRIBUTES = ("attributes", {"id": 90, "revision": 3}, {"id": 90, "revision": 4})
NEW_GROUP = group(3, "c", 0)


RIGHT: dict[str, Writes] = {
    "a change of the row with its bump": [("groups", group(), group(name="z", revision=6))],
    "a change and its bump in two statements": [
        ("groups", group(), group(name="z")),
        ("groups", group(name="z"), group(name="z", revision=6)),
    ],
    "a child that is new": [("rules", None, rule(8)), BUMP],
    "a child that changed": [("rules", rule(), rule(port=81)), BUMP],
    "a child that is deleted": [("rules", rule(), None), BUMP],
    "a child that moves, both parents bumped": [
        ("rules", rule(), rule(group_id=2)),
        BUMP,
        ("groups", group(2, "b", 0), group(2, "b", 1)),
    ],
    "a parent that is deleted with its child": [("rules", rule(), None), ("groups", group(), None)],
    "a new parent with its child, at its first number": [("groups", None, NEW_GROUP), ("rules", None, rule(8, 3))],
    "a number that is kept in another table": [("ports", port(), port("eth1")), ATTRIBUTES],
    "an update that changes nothing": [("groups", group(), group())],
    "a change that is taken back": [("groups", group(), group(name="z")), ("groups", group(name="z"), group())],
    "a child that comes and goes": [("rules", None, rule(8)), ("rules", rule(8), None)],
    "a change of an ignored column": [("groups", group(seen_at=1), group(seen_at=2))],
    "a change of an ignored column of a child": [("ports", port(seen_at=1), port(seen_at=2))],
    "a table without a key": [("log", None, {"line": "x"})],
    "a row that is new": [("groups", None, NEW_GROUP)],
}


@pytest.mark.parametrize("writes", RIGHT.values(), ids=RIGHT)
def test_is_right(writes: Writes) -> None:
    assert kinds(history(commit(*writes))) == []


LINKED = {
    "folders": Table("folders", ("id",), ("id", "above", "group_id")),
    "files": Table("files", ("id",), ("id", "folder", "revision")),
    "groups": TABLES["groups"],
}
UPWARDS = Rules(
    ("revisions",),
    "revision",
    {"folders": (("above", "folders"), ("group_id", "groups")), "files": (("folder", "folders"),)},
    frozenset(),
)


def folder(number: int, above: int | None, group_id: int | None = None) -> dict[str, Any]:
    return {"id": number, "above": above, "group_id": group_id}


def linked(folders: tuple[dict[str, Any], ...], *writes: tuple[str, Any, Any]) -> History:
    files = ({"id": 5, "folder": 1, "revision": 1},)
    seed = {"folders": folders, "files": files, "groups": SEED["groups"]}
    return replace(history(commit(*writes)), seed=seed, tables=LINKED)


FILE = ("files", {"id": 5, "folder": 1, "revision": 1}, {"id": 5, "folder": 1, "revision": 2})
MOVED = ("files", {"id": 5, "folder": 1, "revision": 1}, {"id": 5, "folder": 2, "revision": 2})


@pytest.mark.parametrize(
    ("folders", "new"),
    [((folder(1, 1, 1),), folder(1, 1, 2)), ((folder(1, 2), folder(2, 1, 1)), folder(1, 2, 2))],
    ids=["a row that is its own parent", "two rows that are each other's parents"],
)
def test_parents_in_a_circle_are_each_visited_once(folders: tuple[dict[str, Any], ...], new: dict[str, Any]) -> None:
    moved = ("folders", folders[0], new)
    bumps = [BUMP, ("groups", group(2, "b", 0), group(2, "b", 1))]
    assert kinds(linked(folders, moved, *bumps), rules=UPWARDS) == []
    [violation] = judged(linked(folders, moved, *bumps[:1]), rules=UPWARDS)
    assert (violation.kind, violation.shape) == ("stuck-revision", ("folders", "groups", "kept"))


def test_a_child_with_a_revision_of_its_own_revises_its_parents_too() -> None:
    folders = (folder(1, None, 1), folder(2, 1, None))
    assert kinds(linked(folders, MOVED, BUMP), rules=UPWARDS) == []
    [violation] = judged(linked(folders, MOVED), rules=UPWARDS)
    assert (violation.kind, violation.shape) == ("stuck-revision", ("files", "groups", "kept"))


def test_a_bump_of_a_child_alone_is_no_change_of_its_parents() -> None:
    assert kinds(linked((folder(1, None, 1),), FILE), rules=UPWARDS) == ["needless-bump"]


def test_a_parent_that_has_a_revision_ends_the_walk() -> None:
    rules = Rules(("revisions",), "revision", {**UPWARDS.edges, "groups": (("above", "files"),)}, frozenset())
    old = folder(1, None, 1)
    made = linked((old,), ("folders", old, folder(1, 1, 1)), ("groups", group(above=5), group(above=5, revision=6)))
    assert kinds(made, rules=rules) == []


class Counted(tuple[Mapping[str, Any], ...]):
    """Rows that count how often they were gone through."""

    __slots__ = ()
    rounds = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        type(self).rounds += 1
        return super().__iter__()


def test_a_large_seed_is_gone_through_once_for_all_histories_and_keeps_its_rows() -> None:
    Counted.rounds = 0
    seed = {**SEED, "groups": Counted(group(number, "a", 5) for number in range(100_000))}
    gone = replace(history(commit(("groups", group(), None)), commit(("rules", rule(), None))), seed=seed)
    stuck = replace(history(commit(("rules", rule(), rule(port=81)))), seed=seed)
    assert [kinds(made) for made in (gone, stuck, gone, stuck)] == [[], ["stuck-revision"]] * 2
    assert Counted.rounds == 1


def test_equal_rows_of_another_seed_are_its_own() -> None:
    stuck = history(commit(("rules", rule(), rule(port=81))))
    without = replace(stuck, seed={**SEED, "groups": ()})
    assert [kinds(made) for made in (stuck, without, stuck)] == [["stuck-revision"], [], ["stuck-revision"]]


NO_NUMBERS = [None, "6", "2024-05-01T12:00:00+00:00", True, 6.5]


@pytest.mark.parametrize("other", NO_NUMBERS)
@pytest.mark.parametrize("numbers", [lambda other: (5, other), lambda other: (other, 6), lambda other: (other, other)])
def test_a_revision_that_is_no_whole_number_is_left_alone(
    other: Any, numbers: Callable[[Any], tuple[Any, Any]]
) -> None:
    before, after = numbers(other)
    change = ("groups", group(revision=before), group(name="z", revision=after))
    by_itself = ("groups", group(revision=before), group(revision=after))
    returned = outcome(result={"id": 1, "revision": 5})
    for write in (change, by_itself):
        assert kinds(history(commit(write), outcomes=[returned] if after == other else [])) == []


@pytest.mark.parametrize("other", NO_NUMBERS)
def test_a_parent_without_a_whole_number_is_left_alone_when_its_child_changes(other: Any) -> None:
    first = commit(("groups", group(), group(revision=other)))
    assert kinds(history(first, commit(("rules", None, rule(8))))) == []


@pytest.mark.parametrize("returned", NO_NUMBERS)
def test_a_returned_revision_that_is_no_whole_number_is_left_alone(returned: Any) -> None:
    made = history(commit(CHANGE), outcomes=[outcome(result={"id": 1, "revision": returned})])
    assert kinds(made) == []


WRONG: dict[str, tuple[str, tuple[str, ...], Writes]] = {
    "a change without a bump": (
        "stuck-revision",
        ("groups", "groups", "kept"),
        [("groups", group(), group(name="z"))],
    ),
    "a new child without a bump": ("stuck-revision", ("rules", "groups", "kept"), [("rules", None, rule(8))]),
    "a changed child without a bump": (
        "stuck-revision",
        ("rules", "groups", "kept"),
        [("rules", rule(), rule(port=81))],
    ),
    "a deleted child without a bump": ("stuck-revision", ("rules", "groups", "kept"), [("rules", rule(), None)]),
    "a moved child, the old parent not bumped": (
        "stuck-revision",
        ("rules", "groups", "kept"),
        [("rules", rule(), rule(group_id=2)), ("groups", group(2, "b", 0), group(2, "b", 1))],
    ),
    "a moved child, the new parent not bumped": (
        "stuck-revision",
        ("rules", "groups", "kept"),
        [("rules", rule(), rule(group_id=2)), BUMP],
    ),
    "a number kept in another table that stands still": (
        "stuck-revision",
        ("ports", "attributes", "kept"),
        [("ports", port(), port("eth1"))],
    ),
    "a number that goes down": (
        "revision-decreased",
        ("groups", "groups"),
        [("groups", group(), group(name="z", revision=4))],
    ),
    "two bumps in one transaction": (
        "skipped-revision",
        ("groups", "groups"),
        [
            ("groups", group(), group(name="z", revision=6)),
            ("groups", group(name="z", revision=6), group(name="z", revision=7)),
        ],
    ),
    "a bump of what did not change": ("needless-bump", ("groups",), [BUMP]),
    "a bump for an ignored column": (
        "needless-bump",
        ("groups",),
        [("groups", group(seen_at=1), group(revision=6, seen_at=2))],
    ),
    "a number that goes down by itself": (
        "revision-decreased",
        ("groups", "groups"),
        [("groups", group(), group(revision=4))],
    ),
}


@pytest.mark.parametrize(("kind", "shape", "writes"), WRONG.values(), ids=WRONG)
def test_is_wrong(kind: str, shape: tuple[str, ...], writes: Writes) -> None:
    assert [(each.kind, each.shape) for each in judged(history(commit(*writes)))] == [(kind, shape)]


def test_one_number_for_two_changes_names_both_commits() -> None:
    first = commit(("groups", group(), group(name="x", revision=6)), session="B", step=3)
    second = commit(("groups", group(name="x", revision=6), group(name="y", revision=6)), step=5)
    [violation] = judged(history(first, second))
    assert (violation.kind, violation.shape) == ("stuck-revision", ("groups", "groups", "reused"))
    assert (violation.steps, violation.operations) == ((3, 5), ("act",))
    assert "it is 6, which session B had committed at step 3" in violation.story


def test_each_of_two_commits_with_its_own_number_is_right() -> None:
    first = commit(("groups", group(), group(name="x", revision=6)), session="B", step=3)
    second = commit(("groups", group(name="x", revision=6), group(name="y", revision=7)), step=5)
    assert kinds(history(first, second)) == []


def test_without_a_revision_column_nothing_is_said() -> None:
    rules = Rules(RULES.checks, None, {}, frozenset())
    assert kinds(history(commit(("groups", group(), group(name="z")))), rules=rules) == []


def test_the_story_names_the_row_whose_number_is_kept_elsewhere() -> None:
    [violation] = judged(history(commit(("ports", port(), port("eth1")))))
    assert "of attributes 90 (ports p) did not grow" in violation.story


CHANGE = ("groups", group(), group(name="z", revision=6))
LATER = commit(("groups", group(name="z", revision=6), group(name="y", revision=7)), session="B", step=4)


@pytest.mark.parametrize(
    ("returned", "found"),
    [(6, []), (5, ["wrong-revision-returned"]), (7, []), (8, ["wrong-revision-returned"])],
    ids=["committed", "older", "committed by another before the return", "never committed"],
)
def test_a_call_returns_the_number_it_committed(returned: int, found: list[str]) -> None:
    made = history(commit(CHANGE), LATER, outcomes=[outcome(result={"id": 1, "revision": returned}, last=5)])
    assert kinds(made) == found


def test_a_number_that_another_commits_after_the_return_is_not_excused() -> None:
    made = history(commit(CHANGE), LATER, outcomes=[outcome(result={"id": 1, "revision": 7}, last=3)])
    assert kinds(made) == ["wrong-revision-returned"]


def test_a_returned_number_is_found_deep_in_a_result_and_where_it_is_kept_in_another_table() -> None:
    writes = (("ports", port(), port("eth1")), ATTRIBUTES)
    for returned, found in ((4, []), (3, ["wrong-revision-returned"])):
        result = ({"ports": ({"id": "p", "revision": returned},)},)
        assert kinds(history(commit(*writes), outcomes=[outcome(result=result)])) == found


def test_a_call_that_failed_has_returned_nothing() -> None:
    failed = outcome(result=None, failed=failure("shop.Closed"), expected=True)
    assert kinds(history(commit(CHANGE), outcomes=[failed])) == []


@pytest.mark.parametrize(
    "result", [{"id": {"a": 1}, "revision": 5}, {"id": 1}, {"revision": 5}, {"id": 2, "revision": 9}, 5, None]
)
def test_what_is_not_surely_a_row_that_the_call_changed_is_passed_over(result: Any) -> None:
    assert kinds(history(commit(CHANGE), outcomes=[outcome(result=result)])) == []


def test_a_uuid_is_known_by_its_text() -> None:
    key = UUID(int=5)
    new = [("groups", None, group(str(key), "u", 0)), ("groups", group(str(key), "u", 0), group(str(key), "u", 0))]
    for returned, found in ((0, []), (1, ["wrong-revision-returned"])):
        made = history(commit(*new), outcomes=[outcome(result={"id": key, "revision": returned})])
        assert kinds(made) == found


def test_a_mapping_that_can_mean_rows_of_two_tables_is_passed_over() -> None:
    rule_attributes = ("attributes", None, {"id": 1, "revision": 0})
    made = history(commit(CHANGE, rule_attributes), outcomes=[outcome(result={"id": 1, "revision": 6})])
    assert kinds(made) == []
