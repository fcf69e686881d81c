from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import MOST_ROWS, Stage
from fuzz.errors import TargetError
from fuzz.postgres import Scratch
from fuzz.trial import Trial, Verdict


class Ticket:
    """Compares by identity alone."""


class Odd(Target):
    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE lines (id integer PRIMARY KEY, content json)"))

    @operation
    def migrate(self, session: Session) -> None:
        session.execute(text("ALTER TABLE lines ADD COLUMN more text"))
        session.commit()

    @operation
    def sort(self, session: Session) -> None:
        session.execute(text("CREATE TEMPORARY TABLE sorted ON COMMIT DROP AS SELECT * FROM lines"))
        session.commit()

    @operation
    def draw(self, session: Session) -> Ticket:
        return Ticket()

    @operation
    def write(self, session: Session) -> None:
        session.execute(text("INSERT INTO lines VALUES (1, '{\"a\": [1, 2]}') ON CONFLICT DO NOTHING"))
        session.commit()


class Huge(Odd):
    def seed(self, session: Session) -> None:
        session.execute(text(f"INSERT INTO lines SELECT generate_series(0, {MOST_ROWS})"))


class Unlikely(Odd):
    checks = ("errors", "luck")


Judge = Callable[..., Verdict]


@pytest.fixture
def judge(scratch: Scratch) -> Iterator[Judge]:
    with ExitStack() as stack:

        def make(target: type[Target], **programs: str) -> Verdict:
            trial = Trial(stack.enter_context(closing(Stage(target(), scratch))))
            calls = {session: tuple(map(Call, names.split())) for session, names in programs.items()}
            return trial(Case("x.py:X", "rc", calls, ("A", "B") * 10))

        yield make


def test_a_seed_of_more_rows_than_can_be_put_back_is_refused(judge: Judge) -> None:
    with pytest.raises(TargetError, match=r"seed of Huge has 100,001 rows; rowrace takes up to 100,000"):
        judge(Huge, A="write", B="")


def test_an_operation_that_changes_the_schema_is_refused_by_name(judge: Judge) -> None:
    with pytest.raises(TargetError, match=r"migrate changes the schema while it runs: ALTER TABLE lines"):
        judge(Odd, A="migrate", B="")


def test_a_temporary_table_changes_no_schema(judge: Judge) -> None:
    assert judge(Odd, A="sort", B="sort").violations == ()


def test_a_check_that_there_is_not_is_refused(judge: Judge) -> None:
    with pytest.raises(TargetError, match=r"Unlikely\.checks names 'luck', which is no check"):
        judge(Unlikely, A="write", B="")


def test_a_result_that_cannot_be_compared_is_told_and_judged_by_its_type(judge: Judge) -> None:
    verdict = judge(Odd, A="draw write", B="write draw")
    assert verdict.violations == ()
    assert verdict.counts.opaque == {("draw", "Ticket"): 1}


def test_columns_without_equality_are_compared_by_what_they_hold(judge: Judge) -> None:
    assert judge(Odd, A="write", B="write").violations == ()
