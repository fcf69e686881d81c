from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cached_property

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch
from fuzz.trial import Trial, Verdict

KEPT: list[object] = []
"""What operations hold on to, as a module's own cache would."""


class Leaving(Target):
    """Operations that leave something behind, and their twins that do not."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE jobs (id integer PRIMARY KEY, state text NOT NULL)"))
            connection.execute(text("INSERT INTO jobs VALUES (1, 'new'), (2, 'new')"))

    @operation
    def count(self, sessions: sessionmaker[Session]) -> object:
        session = sessions()
        KEPT.append(session)
        return session.scalar(text("SELECT count(*) FROM jobs"))

    @operation
    def count_and_close(self, sessions: sessionmaker[Session]) -> object:
        with sessions() as session:
            return session.scalar(text("SELECT count(*) FROM jobs"))

    @operation
    def count_and_let_rowrace_close(self, session: Session) -> object:
        return session.scalar(text("SELECT count(*) FROM jobs"))

    @operation
    def take(self, sessions: sessionmaker[Session]) -> None:
        session = sessions()
        KEPT.append(session)
        session.execute(text("SELECT id FROM jobs WHERE id = 1 FOR UPDATE"))

    @operation
    def take_and_commit(self, sessions: sessionmaker[Session]) -> None:
        with sessions() as session:
            session.execute(text("SELECT id FROM jobs WHERE id = 1 FOR UPDATE"))
            session.commit()

    @operation
    def keep_connection(self, engine: Engine) -> None:
        connection = engine.connect()
        KEPT.append(connection)
        connection.execute(text("UPDATE jobs SET state = 'seen' WHERE id = 2"))
        connection.commit()

    @operation
    def claim(self, session: Session) -> None:
        session.execute(text("SELECT pg_advisory_lock(1)"))
        session.commit()

    @operation
    def try_to_claim(self, session: Session) -> object:
        claimed = session.scalar(text("SELECT pg_catalog.pg_try_advisory_lock(1)"))
        session.commit()
        return claimed

    @operation
    def claim_and_release(self, session: Session) -> None:
        session.execute(text("SELECT pg_advisory_lock(1)"))
        session.commit()
        session.execute(text("SELECT pg_advisory_unlock(1)"))
        session.commit()

    @operation
    def claim_until_commit(self, session: Session) -> None:
        session.execute(text("SELECT pg_advisory_xact_lock(1)"))
        session.commit()


class Held(Leaving):
    """One connection for good, from `open` on; and one that the first call makes, as a cache would."""

    def open(self, url: str) -> Held:
        held = type(self)()
        held.engine = create_engine(url)
        held.connection = held.engine.connect()
        return held

    engine: Engine
    connection: Connection

    @cached_property
    def late(self) -> Connection:
        return self.engine.connect()

    @operation
    def count_on_it(self, app: Held) -> object:
        return self._count(app.connection)

    @operation
    def count_on_a_late_one(self, app: Held) -> object:
        return self._count(app.late)

    @operation
    def count_and_stay_in_it(self, app: Held) -> object:
        return app.connection.scalar(text("SELECT count(*) FROM jobs"))

    @operation
    def keep_one_more(self, app: Held) -> None:
        KEPT.append(app.engine.connect())

    def _count(self, connection: Connection) -> object:
        with connection.begin():
            return connection.scalar(text("SELECT count(*) FROM jobs"))


class LivingOn(Leaving):
    session_scope = "program"


Judge = Callable[..., Verdict]


@pytest.fixture
def judge(scratch: Scratch) -> Iterator[Judge]:
    with ExitStack() as stack:

        def make(*operations: str, other: tuple[str, ...] = (), target: type[Target] = Leaving) -> Verdict:
            trial = Trial(stack.enter_context(closing(Stage(target(), scratch))))
            return trial(Case("x.py:X", "rc", {"A": tuple(map(Call, operations)), "B": tuple(map(Call, other))}))

        yield make
        KEPT.clear()


@pytest.mark.parametrize(
    ("operation_name", "kind"),
    [
        ("count", "idle-in-transaction"),
        ("take", "lock-across-calls"),
        ("keep_connection", "session-left-open"),
        ("claim", "lock-across-calls"),
        ("try_to_claim", "lock-across-calls"),
    ],
)
def test_what_a_call_leaves_behind_is_found_without_any_concurrency(
    judge: Judge, operation_name: str, kind: str
) -> None:
    [violation] = judge(operation_name).violations
    assert (violation.kind, violation.check, violation.operations) == (kind, "sessions", (operation_name,))
    assert operation_name in violation.story


@pytest.mark.parametrize(
    "operation_name",
    [
        "count_and_close",
        "take_and_commit",
        "count_and_let_rowrace_close",
        "claim_and_release",
        "claim_until_commit",
    ],
)
def test_a_call_that_cleans_up_leaves_nothing(judge: Judge, operation_name: str) -> None:
    assert judge(operation_name, operation_name).violations == ()


@pytest.mark.parametrize("operation_name", ["count", "keep_connection"])
def test_who_comes_after_is_not_blamed_for_what_another_call_of_its_session_has_left(
    judge: Judge, operation_name: str
) -> None:
    verdict = judge(operation_name, "count_and_close", operation_name)
    assert {violation.operations for violation in verdict.violations} == {(operation_name,)}
    left = [outcome.in_transaction or bool(outcome.lent) for outcome in verdict.history.outcomes]
    assert left == [True, False, True]


@pytest.mark.parametrize("operation_name", ["count_on_it", "count_on_a_late_one", "count_and_close"])
def test_a_connection_that_code_holds_for_good_is_left_by_no_call(judge: Judge, operation_name: str) -> None:
    assert judge(operation_name, operation_name, target=Held).violations == ()


@pytest.mark.parametrize(
    ("operation_name", "kind"),
    [("count_and_stay_in_it", "idle-in-transaction"), ("keep_one_more", "session-left-open")],
)
def test_of_a_call_that_is_made_once_before_it_counts_what_it_leaves_then_is_laid_to_it_alone(
    judge: Judge, operation_name: str, kind: str
) -> None:
    verdict = judge(operation_name, "count_and_close", target=Held)
    assert [(found.kind, found.operations) for found in verdict.violations] == [(kind, (operation_name,))]


def test_an_advisory_lock_that_another_has_is_not_claimed(judge: Judge) -> None:
    told = judge("try_to_claim", other=("try_to_claim",)).violations
    assert [violation.story.partition(" has ended")[0] for violation in told] == ["try_to_claim() in session A"]


def test_a_lock_is_told_by_its_table_and_the_step_that_took_it(judge: Judge) -> None:
    [violation] = judge("take").violations
    assert "jobs" in violation.story
    assert violation.steps == (1,)


def test_a_session_that_lives_through_its_program_may_keep_its_transaction_from_call_to_call(judge: Judge) -> None:
    assert judge("count_and_let_rowrace_close", "count_and_let_rowrace_close", target=LivingOn).violations == ()
