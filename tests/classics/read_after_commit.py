from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Article(Base):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class NotFoundError(Exception):
    pass


PAIR = (Call("rename"), Call("remove"))


class Racy(Target):
    """COMMIT makes the session forget the title; when it is asked for, the row is gone."""

    metadata = Base.metadata
    expected = (NotFoundError,)

    def seed(self, session: Session) -> None:
        session.add(Article(id=1, title="Old"))

    @operation
    def rename(self, session: Session) -> str:
        article = held(session)
        article.title = "New"
        session.commit()
        return article.title

    @operation
    def remove(self, session: Session) -> None:
        session.delete(held(session))
        session.commit()


class Correct(Racy):
    """The title is read before COMMIT."""

    @operation
    def rename(self, session: Session) -> str:
        article = held(session)
        article.title = "New"
        title = article.title
        session.commit()
        return title


def held(session: Session) -> Article:
    """The article, which nobody else can change or delete until the end of the transaction."""
    article = session.get(Article, 1, with_for_update=True)
    if article is None:
        raise NotFoundError
    return article
