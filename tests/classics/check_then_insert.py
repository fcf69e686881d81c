from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Booking(Base):
    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[int]


class TakenError(Exception):
    pass


PAIR = (Call("book"), Call("book"))


class Racy(Target):
    """Both see that the room is free, both book it, and no constraint forbids it."""

    metadata = Base.metadata
    expected = (TakenError,)

    @operation
    def book(self, session: Session) -> None:
        if session.scalar(select(Booking).where(Booking.room == 1)) is not None:
            raise TakenError
        session.add(Booking(room=1))
        session.commit()


class Correct(Racy):
    """One looks after the other."""

    @operation
    def book(self, session: Session) -> None:
        session.execute(select(func.pg_advisory_xact_lock(1)))
        super().book(session)
