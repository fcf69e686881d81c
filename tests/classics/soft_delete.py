from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Select, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Folder(Base):
    __tablename__ = "folders"

    id: Mapped[int] = mapped_column(primary_key=True)
    deleted: Mapped[bool]


class File(Base):
    __tablename__ = "files"

    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
    deleted: Mapped[bool]


class NotFoundError(Exception):
    pass


PAIR = (Call("remove"), Call("add"))


class Racy(Target):
    """A folder is marked as deleted with all files that it has, while another file is put into it."""

    metadata = Base.metadata
    expected = (NotFoundError,)

    def seed(self, session: Session) -> None:
        session.add(Folder(id=1, deleted=False))

    @operation
    def remove(self, session: Session) -> None:
        session.execute(update(Folder).where(Folder.id == 1).values(deleted=True))
        session.execute(update(File).where(File.folder_id == 1).values(deleted=True))
        session.commit()

    @operation
    def add(self, session: Session) -> None:
        if session.scalar(self.living()) is None:
            raise NotFoundError
        session.add(File(folder_id=1, deleted=False))
        session.commit()

    def living(self) -> Select[Any]:
        return select(Folder).where(Folder.id == 1, ~Folder.deleted)


class Correct(Racy):
    """Who puts a file into the folder holds it, as who deletes it does."""

    def living(self) -> Select[Any]:
        return super().living().with_for_update(read=True)
