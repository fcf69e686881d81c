from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Page(Base):
    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    views: Mapped[int]


PAIR = (Call("view"), Call("view"))


class Racy(Target):
    """The number is read, added to in Python, and written."""

    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Page(id=1, views=0))

    @operation
    def view(self, session: Session) -> None:
        page = session.get_one(Page, 1)
        page.views = page.views + 1
        session.commit()


class Correct(Racy):
    """The database adds."""

    @operation
    def view(self, session: Session) -> None:
        page = session.get_one(Page, 1)
        page.views = Page.views + 1
        session.commit()
