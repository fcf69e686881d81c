from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text
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


class Sneaky(Odd):
    """Its schema is changed where no statement's first word says so."""

    def create(self, engine: Engine) -> None:
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text(MAKER))
            connection.execute(text("CREATE VIEW more AS SELECT make() AS made"))
            connection.execute(text(KEEPER))

    @operation(sql=st.text())
    def send(self, session: Session, sql: str) -> None:
        session.connection().exec_driver_sql(sql)
        session.commit()


MAKER = "CREATE FUNCTION make() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE made (); RETURN 1; END $$"
KEEPER = """
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('CREATE TABLE line_%s ()', NEW.id); RETURN NEW; END $$;
CREATE TRIGGER keep BEFORE UPDATE ON lines FOR EACH ROW EXECUTE FUNCTION keep();
"""


class Opened(Sneaky):
    """Each of its operations is made once before it counts, so that what it makes is there already when it does."""

    def open(self, url: str) -> Engine:
        return create_engine(url)

    @operation
    def make(self, app: Engine) -> None:
        with app.begin() as connection:
            connection.execute(text("CREATE TABLE made ()"))

    @operation
    def make_aside(self, app: Engine) -> None:
        with app.begin() as connection:
            connection.execute(text("DO $$ BEGIN CREATE TABLE made (); END $$"))


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


Send = Callable[[str], Verdict]


@pytest.fixture
def send(scratch: Scratch) -> Iterator[Send]:
    with closing(Stage(Sneaky(), scratch)) as stage:
        trial = Trial(stage)

        def make(sql: str) -> Verdict:
            programs = dict.fromkeys("AB", (Call("send", {"sql": sql}),))
            with trial.like_new():  # puts the rows back in another way
                trial(Case("x.py:X", "rc", programs))
            return trial(Case("x.py:X", "rc", programs))

        yield make


def test_a_seed_of_more_rows_than_can_be_put_back_is_refused(judge: Judge) -> None:
    with pytest.raises(TargetError, match=r"seed of Huge has 100,001 rows; rowrace takes up to 100,000"):
        judge(Huge, A="write", B="")


def test_an_operation_that_changes_the_schema_is_refused_by_name(judge: Judge) -> None:
    with pytest.raises(TargetError, match=r"migrate changes the schema while it runs: ALTER TABLE lines"):
        judge(Odd, A="migrate", B="")


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT * INTO made FROM lines", r"SELECT \* INTO made"),
        ("-- why\nCREATE TABLE made ()", "-- why CREATE TABLE made"),
        ("/* why */ CREATE TABLE made AS SELECT 1 AS id", "CREATE TABLE made"),
        ("SELECT 1; CREATE INDEX ON lines (id)", "SELECT 1; CREATE INDEX"),
        ("CREATE TEMP TABLE mine (); DROP TABLE lines", "CREATE TEMP TABLE mine"),
        ("ALTER TABLE nowhere ADD x text", "ALTER TABLE nowhere"),
    ],
)
def test_a_statement_that_changes_the_schema_is_refused_however_it_is_written(send: Send, sql: str, shown: str) -> None:
    with pytest.raises(TargetError, match=f"send changes the schema while it runs: .*{shown}"):
        send(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN ALTER TABLE lines ADD x text; END $$",
        "DO $$ BEGIN ALTER TABLE lines DROP content; END $$",
        "DO $$ BEGIN EXECUTE 'CREATE TABLE made ()'; END $$",
        "DO $$ BEGIN CREATE TYPE colour AS ENUM ('red'); END $$",
        "DO $$ BEGIN CREATE OR REPLACE VIEW more AS SELECT 7 AS made; END $$",
        "DO $$ BEGIN DROP TRIGGER keep ON lines; END $$",
        "SELECT make()",
        "SELECT * FROM more",
        "INSERT INTO lines VALUES (1, '{}'); UPDATE lines SET id = 2",
    ],
)
def test_what_changes_the_schema_out_of_sight_is_refused(send: Send, sql: str) -> None:
    with pytest.raises(TargetError, match=r"The schema has changed while send ran, by a DO block or a function"):
        send(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMP TABLE mine (id integer); CREATE INDEX ON mine (id); ALTER TABLE mine ADD x text; DROP TABLE mine",
        "SELECT * INTO TEMP mine FROM lines; DROP TABLE mine",
        "CREATE TEMP TABLE IF NOT EXISTS mine (id serial PRIMARY KEY, of text)",
        "DO $$ BEGIN CREATE TEMP TABLE mine (id serial PRIMARY KEY, of text) ON COMMIT DROP; END $$",
        "DO $$ BEGIN CREATE TEMP TABLE IF NOT EXISTS mine (id serial PRIMARY KEY, of text); END $$",
        "DO $$ BEGIN TRUNCATE lines; INSERT INTO lines VALUES (7, '{}'); END $$",
        "GRANT SELECT ON lines TO PUBLIC",
    ],
)
def test_what_is_temporary_and_what_are_rows_changes_no_schema(send: Send, sql: str) -> None:
    assert send(sql).violations == ()


@pytest.mark.parametrize("operation", ["make", "make_aside"])
def test_what_changes_the_schema_before_it_counts_is_refused(judge: Judge, operation: str) -> None:
    with pytest.raises(TargetError, match=rf"{operation} (changes the schema while it runs|ran, by a DO block)"):
        judge(Opened, A=operation, B="")


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
