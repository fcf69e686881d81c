from __future__ import annotations

import pytest

from fuzz.case import Call, Case
from fuzz.generate.coverage import Conflict, conflicts_of, orphans, telling
from fuzz.generate.footprint import footprint_of
from fuzz.generate.meetings import Alone, Pair
from tests.generate.conftest import Stand
from tests.targets_for_engine import Acts, change, read, sql

LOCK = "SELECT id FROM accounts WHERE id = 1 FOR UPDATE"
READ = "SELECT id, balance FROM accounts WHERE id = 1"


def alone(stand: Stand, *statements: str) -> Alone:
    call = sql(*statements)
    return call, footprint_of(stand(Acts).stage.run(Case("x", "rc", {"A": (call,)})))


def told(one: Alone, other: Alone) -> set[tuple[str, str]]:
    return {(mine, yours) for _, mine, yours, _ in conflicts_of(one, other)}


def test_a_read_before_a_write_is_in_conflict_with_the_same_of_another(stand: Stand) -> None:
    losing = alone(stand, READ, change(1), "commit")
    assert (READ, change(1)) in told(losing, losing)


def test_what_two_do_behind_a_lock_is_not(stand: Stand) -> None:
    keeping = alone(stand, LOCK, READ, change(1), "commit")
    assert told(keeping, keeping) == set()
    early = alone(stand, READ, LOCK, change(1), "commit")
    assert told(early, early) == {(READ, change(1))}


def test_a_lock_is_let_go_of_at_the_end_of_its_transaction(stand: Stand) -> None:
    apart = alone(stand, LOCK, READ, "commit", change(1), "commit")
    assert (READ, change(1)) in told(apart, apart)


def test_locks_in_opposite_orders_are_in_conflict_unless_another_lock_comes_first(stand: Stand) -> None:
    up, down = (change(1), change(2), "commit"), (change(2), change(1), "commit")
    assert {(change(1), change(1)), (change(2), change(2))} <= told(alone(stand, *up), alone(stand, *down))
    assert told(alone(stand, *up), alone(stand, *up)) == set()
    first = "SELECT id FROM accounts WHERE id = 3 FOR UPDATE"
    assert told(alone(stand, first, *up), alone(stand, first, *down)) == set()


def test_one_look_at_what_another_changes_is_before_it_or_after_it(stand: Stand) -> None:
    writer = alone(stand, change(1), change(2), "commit")
    assert told(alone(stand, READ, "commit"), writer) == set()
    assert told(alone(stand, READ, read(2), "commit"), writer) == {(READ, change(1)), (read(2), change(2))}


def test_a_call_that_deletes_orphans_what_another_puts_under_the_same_row(stand: Stand) -> None:
    parent, note = alone(stand, "DELETE FROM accounts WHERE id = 1", "commit"), "INSERT INTO notes (account) VALUES"
    child, elsewhere = (alone(stand, f"{note} ({account})", "commit") for account in (1, 2))
    assert orphans(child, parent)
    assert orphans(parent, child)
    assert not orphans(elsewhere, parent)
    assert not orphans(child, alone(stand, change(1), "commit"))
    assert not orphans(parent, parent)


PAIRS: dict[str, Pair] = {name: (Call(name), Call(name)) for name in "abc"}


@pytest.mark.parametrize(
    ("conflicts", "known", "expected"),
    [
        ({"a": "x", "b": "x y", "c": "y"}, "", "b"),
        ({"a": "x", "b": "y z", "c": "x y z"}, "x", "b"),
        ({"a": "x", "b": "x", "c": "y"}, "", "ac"),
        ({"a": "x", "b": "", "c": "x"}, "x", ""),
    ],
)
def test_pairs_with_the_most_new_conflicts_come_first_and_those_with_none_not_at_all(
    conflicts: dict[str, str], known: str, expected: str
) -> None:
    each = [(PAIRS[name], frozenset(map(_conflict, texts.split()))) for name, texts in conflicts.items()]
    before = set(map(_conflict, known.split()))
    assert "".join(one.operation for one, _ in telling(each, before)) == expected
    assert before == set(map(_conflict, " ".join((*conflicts.values(), known)).split()))


def _conflict(text: str) -> Conflict:
    return "operation", text, text, False
