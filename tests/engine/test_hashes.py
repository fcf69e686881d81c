"""Sets of mapped objects have one order, whatever the objects' addresses in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.targets_for_engine import case

MANY = 20


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")


class Tag(Base):
    __tablename__ = "tag"
    name: Mapped[str] = mapped_column(primary_key=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class Items(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add_all(Item(id=number) for number in range(MANY))

    @operation
    def own_set(self, session: Session) -> None:
        self._ask_each(session, set(self._all(session)))

    @operation
    def dirty(self, session: Session) -> None:
        for item in self._all(session):
            item.name = "new"
        with session.no_autoflush:
            self._ask_each(session, session.dirty)

    @operation
    def alike(self, session: Session) -> int:
        return len({Tag(name="one"), Tag(name="one"), Tag(name="two")})

    def _all(self, session: Session) -> list[Item]:
        return list(session.scalars(select(Item).order_by(Item.id)))

    def _ask_each(self, session: Session, items: Any) -> None:
        for item in items:
            session.execute(text("SELECT :id"), {"id": item.id})


@pytest.fixture
def stage(server: Server) -> Iterator[Stage]:
    with server.scratch() as scratch, closing(Stage(Items(), scratch)) as laid_out:
        yield laid_out


@pytest.mark.parametrize("operation", ["own_set", "dirty"])
def test_a_set_of_mapped_objects_has_the_same_order_in_every_run(stage: Stage, operation: str) -> None:
    elsewhere: list[Any] = []
    histories = set()
    for run in range(10):
        elsewhere += [Item(id=run) for _ in range(7 * run)]  # so that the next run's objects have other addresses
        histories.add(stage.run(case(A=Call(operation))).digest())
    assert len(histories) == 1


def test_a_class_that_says_how_it_is_hashed_is_left_alone(stage: Stage) -> None:
    assert stage.run(case(A=Call("alike"))).outcomes[0].result == 2


def test_what_was_hashed_before_a_run_is_found_after_it(stage: Stage) -> None:
    item = Item(id=1)
    known = {item}
    stage.run(case(A=Call("own_set")))
    assert item in known
    assert Item(id=1) not in known
