"""SQLAlchemy's example `versioned_history`: each change leaves the row as it was in a history table."""

from __future__ import annotations

from history_meta import Versioned, versioned_session
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from fuzz import Target, operation


class Base(DeclarativeBase):
    """The classes mapped here."""


class Page(Versioned, Base):
    """A page whose history is kept."""

    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class _Wiki(Target):
    metadata = Base.metadata

    def open(self, url: str) -> sessionmaker[Session]:
        sessions = sessionmaker(create_engine(url))
        versioned_session(sessions)
        return sessions

    def seed(self, app: sessionmaker[Session]) -> None:
        with app.begin() as session:
            session.add(Page(id=1, title="home"))

    @operation(title=st.sampled_from(["news", "about"]))
    def rename(self, app: sessionmaker[Session], title: str) -> None:
        with app.begin() as session:
            page = session.get(Page, 1)
            if page is not None:
                page.title = title


class Renamed(_Wiki):
    """Two updates of one row: IntegrityError on the key of the history.

    Both write the version that they read into the history, and the next one into the row.
    """


class RenamedAndDeleted(_Wiki):
    """Update against delete of one row: StaleDataError, IntegrityError, a deadlock."""

    @operation
    def delete(self, app: sessionmaker[Session]) -> None:
        with app.begin() as session:
            page = session.get(Page, 1)
            if page is not None:
                session.delete(page)
