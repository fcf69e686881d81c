from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Show(Base):
    __tablename__ = "shows"

    id: Mapped[int] = mapped_column(primary_key=True)
    seats: Mapped[int]


class SoldOutError(Exception):
    pass


PAIR = (Call("sell"), Call("sell"))


class Racy(Target):
    """Both see the last seat, both sell it."""

    metadata = Base.metadata
    expected = (SoldOutError,)

    def seed(self, session: Session) -> None:
        session.add(Show(id=1, seats=1))

    @operation
    def sell(self, session: Session) -> None:
        show = session.get_one(Show, 1)
        if show.seats < 1:
            raise SoldOutError
        show.seats -= 1
        session.commit()


class Correct(Racy):
    """One looks after the other has sold."""

    @operation
    def sell(self, session: Session) -> None:
        show = session.get_one(Show, 1, with_for_update=True)
        if show.seats < 1:
            raise SoldOutError
        show.seats -= 1
        session.commit()
