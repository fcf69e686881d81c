"""Each shape of a unit of work, on each driver: what is sent when, what comes of it, the same on both substrates."""

from __future__ import annotations

import select as system
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from sqlalchemy import column, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only

from fuzz.case import Case
from fuzz.engine import settle
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server
from tests.engine.counters import Counter
from tests.engine.drivers import DRIVERS, Act, call, does, on_driver
from tests.histories_by_hand import judged

READ = text("SELECT name, value FROM counters WHERE name = 'visits'")
ADD = text("UPDATE counters SET value = value + 1 WHERE name = 'visits'")
ADD_OTHER = text("UPDATE counters SET value = value + 1 WHERE name = 'visitors'")
LABELS = table("labels", column("counter"), column("text"))


@does
def savepoint(session: Session) -> Any:
    with session.begin_nested():
        session.execute(ADD)
    session.commit()


@does
def savepoint_undone(session: Session) -> Any:
    nested = session.begin_nested()
    session.execute(ADD)
    nested.rollback()
    found = session.scalar(select(Counter.value).where(Counter.name == "visits"))
    session.commit()
    return found


@does
def savepoint_after_failure(session: Session) -> Any:
    with suppress(DBAPIError), session.begin_nested():
        session.execute(text("SELECT 1 / 0"))
    session.execute(ADD)
    session.commit()


def _locked(session: Session, **form: Any) -> Any:
    found = session.scalars(select(Counter.value).where(Counter.name == "visits").with_for_update(**form)).all()
    session.execute(ADD)
    session.commit()
    return found


@does
def locked(session: Session) -> Any:
    return _locked(session)


@does
def locked_nowait(session: Session) -> Any:
    return _locked(session, nowait=True)


@does
def locked_skip(session: Session) -> Any:
    return _locked(session, skip_locked=True)


@does
def locked_read(session: Session) -> Any:
    return _locked(session, read=True)


@does
def locked_key_share(session: Session) -> Any:
    return _locked(session, key_share=True)


@does
def locked_read_key_share(session: Session) -> Any:
    return _locked(session, read=True, key_share=True)


@does
def locked_of_one(session: Session) -> Any:
    joined = select(Counter.value, LABELS.c.text).join(LABELS, LABELS.c.counter == Counter.name)
    found = session.execute(joined.with_for_update(of=Counter)).all()
    session.execute(ADD)
    session.commit()
    return found


@does
def locked_of_other(session: Session) -> Any:
    joined = select(Counter.value, LABELS.c.text).join(LABELS, LABELS.c.counter == Counter.name)
    found = session.execute(joined.with_for_update(of=LABELS)).all()
    session.execute(ADD)
    session.commit()
    return found


@does
def autocommit(session: Session) -> Any:
    session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    session.execute(READ)
    session.execute(ADD)


@does
def serializable(session: Session) -> Any:
    session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
    session.execute(READ)
    session.execute(ADD)
    session.commit()


@does
def failed(session: Session) -> Any:
    with suppress(DBAPIError):
        session.execute(text("SELECT 1 / 0"))
    session.rollback()
    session.execute(ADD)
    session.commit()


@does
def one_then_other(session: Session) -> Any:
    session.execute(ADD)
    session.execute(ADD_OTHER)
    session.commit()


@does
def other_then_one(session: Session) -> Any:
    session.execute(ADD_OTHER)
    session.execute(ADD)
    session.commit()


@does
def streamed(session: Session) -> Any:
    statement = text("SELECT name, value FROM counters ORDER BY name")
    found = session.execute(statement, execution_options={"stream_results": True, "max_row_buffer": 1})
    first = tuple(found.fetchone() or ())
    found.close()
    session.execute(ADD)
    session.commit()
    return first


@does
def nothing_found(session: Session) -> Any:
    found = session.scalars(text("SELECT value FROM counters WHERE name = 'no such'")).all()
    session.commit()
    return found


@does
def fetched(session: Session) -> Any:
    driver: Any = session.connection().connection.driver_connection
    found = await_only(driver.fetch("SELECT name, value FROM counters ORDER BY name"))
    return [tuple(each) for each in found], await_only(driver.fetchval("SELECT 1"))


@dataclass(frozen=True)
class Shape:
    """Two calls, taken by turns, and what comes of them at READ COMMITTED.

    Attributes:
        one: what A does.
        other: what B does.
        order: of the steps; a small letter is one that waits.
        words: what A sends.
        results: of A, then B; where a call fails, its SQLSTATE.
        values: as they are committed.
        stricter: the results and values at REPEATABLE READ, where they differ.
    """

    one: Act
    other: Act
    order: str
    words: str
    results: tuple[Any, Any] = (None, None)
    values: tuple[int, ...] = (1, 2)
    stricter: tuple[tuple[Any, Any], tuple[int, ...]] | None = ((None, "40001"), (1,))

    def __str__(self) -> str:
        return self.one.__name__


def twice(act: Act, order: str, words: str, *expected: Any) -> Shape:
    return Shape(act, act, order, words, *expected)


ZERO, ONE, LABELLED = (0,), (1,), ((0, "all"),)

SHAPES = [
    twice(savepoint, "ABAbAABB", "SAVEPOINT UPDATE RELEASE COMMIT"),
    twice(savepoint_undone, "ABAbABABAB", "SAVEPOINT UPDATE ROLLBACK SELECT COMMIT", (0, 0), (), None),
    twice(savepoint_after_failure, "ABABABAbAB", "SAVEPOINT SELECT ROLLBACK UPDATE COMMIT"),
    twice(locked, "AbAABB", "SELECT UPDATE COMMIT", (ZERO, ONE), (1, 2), ((ZERO, "40001"), (1,))),
    twice(locked_nowait, "ABABA", "SELECT UPDATE COMMIT", (ZERO, "55P03"), (1,), None),
    twice(locked_skip, "ABAbAB", "SELECT UPDATE COMMIT", (ZERO, ()), (1, 2), ((ZERO, "40001"), (1,))),
    twice(locked_read, "ABaBAB", "SELECT UPDATE COMMIT", (ZERO, "40P01"), (1,), None),
    twice(locked_key_share, "AbAABB", "SELECT UPDATE COMMIT", (ZERO, ONE), (1, 2), ((ZERO, "40001"), (1,))),
    twice(locked_read_key_share, "ABAbAB", "SELECT UPDATE COMMIT", (ZERO, ZERO), (1, 2), ((ZERO, "40001"), (1,))),
    twice(
        locked_of_one,
        "AbAABB",
        "SELECT UPDATE COMMIT",
        (LABELLED, ((1, "all"),)),
        (1, 2),
        ((LABELLED, "40001"), (1,)),
    ),
    twice(locked_of_other, "AbAABB", "SELECT UPDATE COMMIT", (LABELLED, LABELLED), (1, 2), ((LABELLED, "40001"), (1,))),
    twice(autocommit, "ABAB", "SELECT UPDATE", (None, None), (1, 2), None),
    twice(serializable, "ABAbAB", "SELECT UPDATE COMMIT", (None, "40001"), (1,)),
    twice(failed, "ABABAbAB", "SELECT ROLLBACK UPDATE COMMIT"),
    twice(nothing_found, "ABAB", "SELECT COMMIT", ((), ()), (), None),
    Shape(one_then_other, other_then_one, "ABaBAB", "UPDATE UPDATE COMMIT", (None, "40P01"), (1, 1), None),
]
"""The same on every driver."""

FIRST = ("visitors", 0)
CLOSED = twice(
    streamed,
    "ABABABAbAB",
    "DECLARE FETCH CLOSE UPDATE COMMIT",
    (FIRST, FIRST),
    (1, 2),
    ((FIRST, "40001"), (1,)),
)
LEFT = replace(CLOSED, order="ABABAbAB", words="DECLARE FETCH UPDATE COMMIT")
"""asyncpg leaves a cursor to the end of the transaction."""

EVERY = [
    pytest.param(driver, shape, id=f"{driver}-{shape}")
    for driver in DRIVERS
    for shape in [*SHAPES, LEFT if driver == "asyncpg" else CLOSED]
]


@pytest.fixture(scope="module")
def stage_of(server: Server) -> Iterator[Callable[..., Stage]]:
    """The stage of a driver and a substrate, made when it is first asked for."""
    with ExitStack() as open_stages:

        @cache
        def lay_out(driver: str, substrate: str = "greenlet") -> Stage:
            scratch = open_stages.enter_context(server.scratch())
            return open_stages.enter_context(closing(Stage(on_driver(driver, substrate)(), scratch, step_timeout=5)))

        yield lay_out


def run(stage: Stage, shape: Shape, level: str = "rc") -> History:
    programs = {"A": (call(shape.one),), "B": (call(shape.other),)}
    return stage.run(Case("shapes", level, programs, tuple("AB" * 9)))


def results(history: History) -> tuple[Any, ...]:
    ended = sorted(history.outcomes, key=lambda outcome: outcome.session)
    return tuple(
        next(link.sqlstate for link in outcome.failure.chain() if link.sqlstate) if outcome.failure else outcome.result
        for outcome in ended
    )


def values(history: History) -> tuple[int, ...]:
    return tuple(write.row["value"] for commit in history.commits for write in commit.writes)


@pytest.mark.parametrize(("driver", "shape"), EVERY)
def test_the_schedule_is_obeyed_step_by_step(stage_of: Callable[..., Stage], driver: str, shape: Shape) -> None:
    history = run(stage_of(driver), shape)
    order = "".join(step.session.lower() if step.waited_for else step.session for step in history.steps)
    words = " ".join(step.sql.split()[0] for step in history.steps if step.session == "A")
    assert (order, words, history.hung) == (shape.order, shape.words, {})


@pytest.mark.parametrize(("driver", "shape"), EVERY)
def test_what_comes_of_it_is_what_postgresql_says(stage_of: Callable[..., Stage], driver: str, shape: Shape) -> None:
    at_rc, at_rr = run(stage_of(driver), shape), run(stage_of(driver), shape, "rr")
    expected = shape.results, shape.values
    assert (results(at_rc), values(at_rc)) == expected
    assert (results(at_rr), values(at_rr)) == (shape.stricter or expected)


@pytest.mark.parametrize("level", ["rc", "rr", "ser"])
@pytest.mark.parametrize(("driver", "shape"), EVERY)
def test_greenlets_and_threads_give_the_same_history(
    stage_of: Callable[..., Stage], driver: str, shape: Shape, level: str
) -> None:
    assert run(stage_of(driver, "greenlet"), shape, level) == run(stage_of(driver, "thread"), shape, level)


@pytest.mark.parametrize("driver", DRIVERS)
def test_rows_are_read_with_the_origin_of_their_columns_from_tables_and_cursors(
    stage_of: Callable[..., Stage], driver: str
) -> None:
    joined = run(stage_of(driver), twice(locked_of_one, "", "")).steps[0]
    assert joined.rows == (("0", "all"),)
    assert [(each.name, each.table, each.origin) for each in joined.columns] == [
        ("value", "counters", "value"),
        ("text", "labels", "text"),
    ]
    declared, *_, fetched = run(stage_of(driver), CLOSED).steps[:3]
    assert (declared.columns, declared.rows) == ((), ())
    assert fetched.rows[0] == ("visitors", "0")
    assert [(each.table, each.origin) for each in fetched.columns] == [("counters", "name"), ("counters", "value")]


def test_what_is_fetched_by_asyncpg_itself_is_read_like_any_other(stage_of: Callable[..., Stage]) -> None:
    history = run(stage_of("asyncpg"), twice(fetched, "", ""))
    assert results(history)[0] == ((("visitors", 0), ("visits", 0)), 1)
    assert [step.rows for step in history.steps if step.session == "A"] == [
        (("visitors", "0"), ("visits", "0")),
        (("1",),),
    ]


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize(("shape", "kind"), [(SHAPES[-1], "deadlock"), (SHAPES[12], "serialization-failure")])
def test_a_refusal_is_known_by_what_postgresql_calls_it(
    stage_of: Callable[..., Stage], driver: str, shape: Shape, kind: str
) -> None:
    history = run(stage_of(driver), shape)
    assert kind in {violation.kind for violation in judged(history)}


@does
def first(session: Session) -> None:
    session.execute(ADD)
    session.commit()


@does
def both(session: Session) -> None:
    session.execute(text("UPDATE counters SET value = value + 1"))
    session.commit()


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_server_is_heard_of_each_wait_of_one_statement(
    stage_of: Callable[..., Stage], driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []

    def watched(readers: list[int], writers: list[int], others: list[int], seconds: float) -> Any:
        found = system.select(readers, writers, others, seconds)
        if seconds in {settle.UNCHECKED, settle.UNTOLD}:
            heard.append(bool(found[0]))
        return found

    monkeypatch.setattr(settle, "select", watched)
    programs = {"A": (call(first),), "B": (call(other_then_one),), "C": (call(both),)}
    stage = stage_of(driver)
    with stage.like_new():
        histories = [stage.run(Case("shapes", "rc", programs, tuple("ABCAB"))) for _ in range(20)]
    assert next(step.waited_for for step in histories[0].steps if step.session == "C") == ("A", "B")
    assert {results(history) for history in histories} == {(None, "40P01", None)}
    assert len({history.digest() for history in histories}) == 1
    assert heard
    assert all(heard)
