"""What a case does is not up to when garbage is collected."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.targets_for_engine import case

MADE = 100_000


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parent"
    id: Mapped[int] = mapped_column(primary_key=True)
    children: Mapped[list[Child]] = relationship(back_populates="parent", lazy="selectin")


class Child(Base):
    __tablename__ = "child"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parent.id"))
    parent: Mapped[Parent] = relationship(back_populates="children", lazy="joined")


class Family(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Parent(id=1, children=[Child(id=1)]))

    @operation
    def look_twice(self, session: Session) -> None:
        list(session.scalars(select(Parent)))  # parent and child are a circle that nobody holds any more
        made = [[number] for number in range(MADE)]
        session.get_one(Child, len(made) // MADE)


@contextmanager
def collected_after(made: int) -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(made)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@pytest.mark.parametrize("made", [MADE // 2, 2 * MADE])
def test_an_object_stays_in_its_session_however_often_garbage_is_collected(server: Server, made: int) -> None:
    with server.scratch() as scratch, closing(Stage(Family(), scratch)) as stage, collected_after(made):
        steps = stage.run(case(A=Call("look_twice"))).steps
    assert [step.sql.split("FROM ")[1].split()[0] for step in steps if "FROM " in step.sql] == ["parent", "child"]
    assert gc.isenabled()
