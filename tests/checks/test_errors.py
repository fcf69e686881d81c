from __future__ import annotations

import pytest

from fuzz.checks import Evidence
from fuzz.checks.errors import fails_alone
from fuzz.history import CLOSING, Failure, Step
from tests.histories_by_hand import RULES, failure, history, judged, kinds, outcome, serially

ORM = "sqlalchemy.orm.exc"
CORE = "sqlalchemy.exc"
CORE_ERROR = f"{CORE}.SQLAlchemyError"

DEADLOCK = failure(
    f"{CORE}.OperationalError",
    f"{CORE}.DBAPIError",
    CORE_ERROR,
    cause=failure("psycopg.errors.DeadlockDetected", "psycopg.OperationalError", state="40P01"),
)
UNSERIALIZABLE = failure(
    f"{CORE}.OperationalError", CORE_ERROR, cause=failure("psycopg.errors.SerializationFailure", state="40001")
)
FAILURES = [
    (failure(f"{ORM}.ObjectDeletedError", f"{CORE}.InvalidRequestError"), "object-deleted"),
    (failure(f"{ORM}.StaleDataError"), "stale-data"),
    (failure(f"{CORE}.IntegrityError", f"{CORE}.DBAPIError", state=""), "integrity-error"),
    (failure(f"{CORE}.PendingRollbackError"), "pending-rollback"),
    (failure(f"{ORM}.DetachedInstanceError"), "detached-instance"),
    (failure(f"{CORE}.NoResultFound"), "vanished-row"),
    (failure("builtins.AttributeError", message="'NoneType' object has no attribute 'name'"), "vanished-row"),
    (failure("builtins.TypeError", message="'NoneType' object is not subscriptable"), "vanished-row"),
    (failure("builtins.AttributeError", message="'Port' object has no attribute 'nam'"), "unhandled-error"),
    (failure("shop.Closed"), "unhandled-error"),
    (DEADLOCK, "deadlock"),
    (UNSERIALIZABLE, "serialization-failure"),
    (failure("shop.Conflict", f"{ORM}.StaleDataError"), "stale-data"),
]
WRAPPED = (failure("shop.Wrapped", cause=DEADLOCK), "deadlock")


@pytest.mark.parametrize(("failed", "kind"), [*FAILURES, WRAPPED])
def test_an_undeclared_exception_is_flagged_by_what_is_behind_it(failed: Failure, kind: str) -> None:
    assert kinds(history(outcomes=[outcome(failed=failed)])) == [kind]


@pytest.mark.parametrize(("failed", "_kind"), FAILURES)
def test_a_declared_exception_is_a_graceful_outcome(failed: Failure, _kind: str) -> None:
    assert kinds(history(outcomes=[outcome(failed=failed, expected=True)])) == []


STALE = failure(f"{ORM}.StaleDataError", CORE_ERROR, message="expected 1 row")
DELETED = failure(f"{ORM}.ObjectDeletedError", f"{CORE}.InvalidRequestError", CORE_ERROR)


@pytest.mark.parametrize(
    ("behind", "shape"),
    [
        (DEADLOCK, ("Conflict", "OperationalError", "40P01")),
        (STALE, ("Conflict", "StaleDataError", "")),
        (DELETED, ("Conflict", "ObjectDeletedError", "")),
        (failure("shop.Inner", cause=STALE), ("Conflict", "StaleDataError", "")),
        (failure("psycopg.OperationalError", "psycopg.Error"), ("Conflict", "OperationalError", "")),
    ],
)
def test_a_database_error_behind_a_declared_exception_is_flagged(behind: Failure, shape: tuple[str, ...]) -> None:
    hiding = history(outcomes=[outcome(failed=failure("shop.Conflict", cause=behind), expected=True)])
    [violation] = judged(hiding)
    assert (violation.kind, violation.shape, violation.operations) == ("hidden-error", shape, ("act",))
    assert ".." not in violation.story


GROUP = Failure(("builtins.ExceptionGroup",), "two of three failed", "", None, group=(failure("shop.Other"), STALE))
TEXTS = [
    "storage is broken: (psycopg.errors.UniqueViolation) duplicate key value",
    'cannot save: duplicate key value violates unique constraint "pk"',
    "StaleDataError, try again",
    "UPDATE statement on table 'x' expected to update 1 row(s); 0 were matched.",
]


@pytest.mark.parametrize("message", TEXTS)
def test_a_database_error_of_which_only_the_text_is_left_is_flagged(message: str) -> None:
    hiding = outcome(failed=failure("shop.Conflict", message=message), expected=True)
    assert kinds(history(outcomes=[hiding])) == ["hidden-error"]


@pytest.mark.parametrize("message", ["the queue is stale", "errors: none", "update 1 of 2 rows", ""])
def test_a_text_that_speaks_of_no_database_error_is_no_word_of_one(message: str) -> None:
    plain = outcome(failed=failure("shop.Conflict", message=message), expected=True)
    assert kinds(history(outcomes=[plain])) == []


def test_a_text_is_left_alone_where_from_none_says_that_it_is_meant() -> None:
    meant = Failure(("shop.Conflict",), TEXTS[0], "", None, suppressed=True)
    assert kinds(history(outcomes=[outcome(failed=meant, expected=True)])) == []


def test_a_database_error_in_a_group_of_exceptions_is_flagged() -> None:
    hiding = outcome(failed=failure("shop.Conflict", cause=GROUP), expected=True)
    [violation] = judged(history(outcomes=[hiding]))
    assert (violation.kind, violation.shape) == ("hidden-error", ("Conflict", "StaleDataError", ""))


def test_an_undeclared_group_is_known_by_the_database_error_in_it() -> None:
    assert kinds(history(outcomes=[outcome(failed=GROUP)])) == ["stale-data"]


NOTHING = failure(f"{CORE}.NoResultFound", f"{CORE}.InvalidRequestError", CORE_ERROR)


@pytest.mark.parametrize(
    "declared",
    [
        failure("shop.Conflict"),
        failure("shop.Conflict", cause=failure("builtins.KeyError")),
        failure("shop.NotFound", cause=NOTHING),
        failure(f"{CORE}.OperationalError", CORE_ERROR, cause=DEADLOCK.cause),
        failure("shop.Stale", f"{ORM}.StaleDataError", CORE_ERROR, cause=STALE),
    ],
    ids=["nothing", "another exception", "no row", "the error itself is declared", "a subclass is declared"],
)
def test_a_declared_exception_that_hides_no_database_error_is_graceful(declared: Failure) -> None:
    assert kinds(history(outcomes=[outcome(failed=declared, expected=True)])) == []


def test_a_database_error_that_a_serial_order_hides_too_is_no_race() -> None:
    hiding = history(outcomes=[outcome(failed=failure("shop.Conflict", cause=STALE), expected=True)])
    assert kinds(hiding, history(), hiding) == []


@pytest.mark.parametrize(
    "alone",
    [failure("shop.Conflict"), failure("shop.Conflict", cause=DELETED), failure("shop.Other", cause=STALE)],
    ids=["nothing behind it", "another error behind it", "another exception"],
)
def test_a_database_error_that_serial_orders_do_not_hide_is_flagged(alone: Failure) -> None:
    hiding = history(outcomes=[outcome(failed=failure("shop.Conflict", cause=STALE), expected=True)])
    assert kinds(hiding, history(outcomes=[outcome(failed=alone, expected=True)])) == ["hidden-error"]


def test_what_a_serial_order_gives_too_is_no_race_but_fails_alone() -> None:
    failing = history(outcomes=[outcome(failed=failure("shop.Closed"))])
    assert kinds(failing, history(), failing) == []
    assert list(fails_alone(Evidence(failing, RULES, serially(history(), failing)))) == [("act", "Closed")]


@pytest.mark.parametrize(
    "serial",
    [outcome(), outcome(failed=failure("shop.Open")), outcome("B", failed=failure("shop.Closed"))],
    ids=["no failure", "another failure", "the failure of another session"],
)
def test_what_no_serial_order_gives_does_not_fail_alone(serial: object) -> None:
    failing = history(outcomes=[outcome(failed=failure("shop.Closed"))])
    other = history(outcomes=[serial])  # type: ignore[list-item]  # parametrize loses the type
    assert kinds(failing, other) == ["unhandled-error"]
    assert list(fails_alone(Evidence(failing, RULES, serially(other)))) == []


def test_a_session_that_does_not_work_again_is_broken_even_after_a_declared_exception() -> None:
    aftermath = failure(f"{CORE}.PendingRollbackError", message="rolled back")
    broken = outcome(failed=failure("shop.Closed"), expected=True, aftermath=aftermath)
    [violation] = judged(history(outcomes=[broken]))
    assert (violation.kind, violation.shape) == ("session-broken", ("PendingRollbackError",))
    assert "PendingRollbackError: rolled back" in violation.story


def step(number: int, session: str, call: int) -> Step:
    return Step(number, session, call, "SELECT 1", None, "", "", (), (), (), number, None)


@pytest.mark.parametrize(
    ("steps", "operation"),
    [([step(1, "A", 0)], "act"), ([step(1, "B", 0)], "act"), ([step(1, "A", 0), step(2, "A", CLOSING)], "close")],
)
def test_a_hang_is_laid_to_the_call_that_the_session_was_in(steps: list[Step], operation: str) -> None:
    [violation] = judged(history(steps=steps, hung={"A": "it waits"}))
    assert (violation.kind, violation.operations) == ("hung", (operation,))


def test_sessions_that_come_to_their_ends_do_not_hang() -> None:
    assert kinds(history(steps=[step(1, "A", 0)])) == []


def test_the_same_bug_has_the_same_signature_under_another_schedule_and_in_another_place() -> None:
    first = history(outcomes=[outcome(failed=DEADLOCK)], target="a/x.py:X", schedule=("A", "B"))
    second = history(outcomes=[outcome(failed=DEADLOCK)], target="/b/y.py:X", schedule=("B", "A", "B"))
    assert judged(first)[0].signature == judged(second)[0].signature


def test_another_exception_is_another_bug() -> None:
    failures = (DEADLOCK, UNSERIALIZABLE, failure("shop.Closed"), failure("shop.Open"))
    signatures = {judged(history(outcomes=[outcome(failed=failed)]))[0].signature for failed in failures}
    assert len(signatures) == 4
