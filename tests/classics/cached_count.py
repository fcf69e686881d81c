from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Thread(Base):
    __tablename__ = "threads"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    posts: Mapped[list[Post]] = relationship()


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))


PAIR = (Call("post"), Call("post"))


class Racy(Target):
    """The collection is loaded before the other's post is there, and its length is kept beside it."""

    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Thread(id=1, count=0))

    @operation
    def post(self, session: Session) -> None:
        thread = session.get_one(Thread, 1)
        thread.posts.append(Post())
        thread.count = len(thread.posts)
        session.commit()


class Correct(Racy):
    """The collection is loaded once the thread is held."""

    @operation
    def post(self, session: Session) -> None:
        thread = session.get_one(Thread, 1, with_for_update=True)
        thread.posts.append(Post())
        thread.count = len(thread.posts)
        session.commit()
