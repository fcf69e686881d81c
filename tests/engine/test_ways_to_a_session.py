"""Each way in which code comes to the database: its steps are scheduled, and its history is right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Server


class Base(DeclarativeBase):
    """The classes mapped here."""


class Counter(Base):
    """A number that is counted up."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Counting(Target):
    """One counter and several ways to count, with no metadata: what is known of the table, the catalogue tells."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL)"))

    def seed(self, session: Session) -> None:
        session.add(Counter(name="visits", value=0))

    @operation
    def by_core(self, engine: Engine) -> None:
        with engine.begin() as connection:
            value = connection.scalar(text("SELECT value FROM counters"))
            connection.execute(text("UPDATE counters SET value = :value"), {"value": value + 1})

    @operation
    def by_sessions(self, sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session:
            session.get_one(Counter, "visits").value += 1

    @operation
    def by_lock(self, session: Session) -> None:
        session.get_one(Counter, "visits", with_for_update=True).value += 1
        session.commit()


@pytest.fixture(scope="module")
def counting(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Counting(), scratch)) as stage:
        yield stage


def count(stage: Stage, way: str, schedule: str) -> History:
    calls = (Call(way),)
    return stage.run(Case("counting", "rc", {"A": calls, "B": calls}, tuple(schedule)))


def counted(history: History) -> list[int]:
    return [write.row["value"] for commit in history.commits for write in commit.writes]


@pytest.mark.parametrize("way", ["by_core", "by_sessions"])
def test_two_that_read_before_either_writes_count_once(counting: Stage, way: str) -> None:
    history = count(counting, way, "ABAABB")
    assert "".join(step.session for step in history.steps) == "ABAABB"
    assert counted(history) == [1, 1]


@pytest.mark.parametrize("way", ["by_core", "by_sessions"])
def test_one_after_the_other_counts_twice(counting: Stage, way: str) -> None:
    assert counted(count(counting, way, "AAABBB")) == [1, 2]


def test_a_row_read_for_update_makes_the_other_session_wait(counting: Stage) -> None:
    history = count(counting, "by_lock", "ABAABB")
    assert [step.waited_for for step in history.steps if step.waited_for] == [("A",)]
    assert counted(history) == [1, 2]


def test_keys_of_a_schema_made_without_metadata_come_from_the_catalogue(counting: Stage) -> None:
    keys = {stored.table.name: stored.table.key for stored in counting.catalogue.tables.values()}
    assert keys == {"counters": ("name",)}
