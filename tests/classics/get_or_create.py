from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


PAIR = (Call("tag"), Call("tag"))


class Racy(Target):
    """Both look for the tag, both find none, both create it."""

    metadata = Base.metadata
    expire_on_commit = False

    @operation
    def tag(self, session: Session) -> int:
        found = session.scalar(select(Tag).where(Tag.name == "tea"))
        if found is None:
            found = Tag(name="tea")
            session.add(found)
        session.commit()
        return found.id


class Correct(Racy):
    """Who comes second takes the other's tag."""

    @operation
    def tag(self, session: Session) -> int:
        try:
            return super().tag(session)
        except IntegrityError:
            session.rollback()
            return super().tag(session)
