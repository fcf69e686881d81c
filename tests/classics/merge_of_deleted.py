from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class NotFoundError(Exception):
    pass


PAIR = (Call("edit"), Call("remove"))


class Racy(Target):
    """A note is edited outside of the session; merged into it, it rises from the dead."""

    metadata = Base.metadata
    expected = (NotFoundError,)

    def seed(self, session: Session) -> None:
        session.add(Note(id=1, text="Old"))

    @operation
    def edit(self, session: Session) -> None:
        note = session.get(Note, 1)
        session.close()
        if note is None:
            raise NotFoundError
        note.text = "New"
        session.merge(note)
        session.commit()

    @operation
    def remove(self, session: Session) -> None:
        session.execute(delete(Note).where(Note.id == 1))
        session.commit()


class Correct(Racy):
    """Before it is merged, it must be there still, and stay."""

    @operation
    def edit(self, session: Session) -> None:
        note = session.get(Note, 1)
        session.close()
        if note is None or session.get(Note, 1, with_for_update=True) is None:
            raise NotFoundError
        note.text = "New"
        session.merge(note)
        session.commit()
