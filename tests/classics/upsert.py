from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Setting(Base):
    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    changes: Mapped[int]


PAIR = (Call("change"), Call("change"))


class Racy(Target):
    """Python decides whether to insert or to update, by what it saw."""

    metadata = Base.metadata

    @operation
    def change(self, session: Session) -> None:
        setting = session.get(Setting, "theme")
        if setting is None:
            session.add(Setting(name="theme", changes=1))
        else:
            setting.changes = Setting.changes + 1
        session.commit()


class Correct(Racy):
    """PostgreSQL decides."""

    @operation
    def change(self, session: Session) -> None:
        added = insert(Setting).values(name="theme", changes=1)
        counted = added.on_conflict_do_update(index_elements=["name"], set_={"changes": Setting.changes + 1})
        session.execute(counted)
        session.commit()
