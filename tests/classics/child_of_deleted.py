from __future__ import annotations

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)


class Book(Base):
    __tablename__ = "books"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))


class NotFoundError(Exception):
    pass


class InUseError(Exception):
    pass


PAIR = (Call("add_book"), Call("remove_author"))


class Racy(Target):
    """An author is looked for, and deleted before the book is there."""

    metadata = Base.metadata
    expected = (NotFoundError, InUseError)

    def seed(self, session: Session) -> None:
        session.add(Author(id=1))

    @operation
    def add_book(self, session: Session) -> None:
        self.find_author(session)
        session.add(Book(author_id=1))
        session.commit()

    @operation
    def remove_author(self, session: Session) -> None:
        self.find_author(session)
        if session.scalar(select(Book).where(Book.author_id == 1).limit(1)) is not None:
            raise InUseError
        if session.scalar(delete(Author).where(Author.id == 1).returning(Author.id)) is None:
            raise NotFoundError
        session.commit()

    def find_author(self, session: Session) -> None:
        if session.get(Author, 1) is None:
            raise NotFoundError


class Correct(Racy):
    """Who has found the author holds it."""

    def find_author(self, session: Session) -> None:
        if session.get(Author, 1, with_for_update=True) is None:
            raise NotFoundError
