"""What is loaded after a query is loaded in one order, whatever the addresses of what stands for it in memory."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from fuzz import Target, operation
from fuzz.case import Call
from fuzz.engine.stage import Stage
from fuzz.postgres import Server
from tests.targets_for_engine import case

RELATED = tuple("dbhfagec")


class Base(DeclarativeBase):
    pass


class Owner(Base):
    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)


def relate(name: str) -> None:
    columns = {"id": mapped_column(primary_key=True), "owner": mapped_column(ForeignKey("owner.id"))}
    annotations = {"id": Mapped[int], "owner": Mapped[int]}
    made: Any = type(name, (Base,), {"__tablename__": name, "__annotations__": annotations, **columns})
    setattr(Owner, name, relationship(made, lazy="selectin"))


for each in RELATED:
    relate(each)


class Owners(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Owner(id=1))

    @operation
    def look(self, session: Session) -> None:
        session.get_one(Owner, 1)


def test_relationships_are_loaded_in_the_order_that_they_were_configured_in(server: Server) -> None:
    with server.scratch() as scratch, closing(Stage(Owners(), scratch)) as stage:
        steps = stage.run(case(A=Call("look"))).steps
    assert tuple(step.sql.split("FROM ")[1][0] for step in steps if "FROM " in step.sql)[1:] == RELATED
