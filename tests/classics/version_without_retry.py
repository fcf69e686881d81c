from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to say it


PAIR = (Call("deposit"), Call("deposit"))


class Racy(Target):
    """Who comes second is told that the version is another, and gives up."""

    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Account(id=1, balance=10))

    @operation
    def deposit(self, session: Session) -> None:
        account = session.get_one(Account, 1)
        account.balance = account.balance + 1
        session.commit()


class Correct(Racy):
    """Who comes second begins anew."""

    @operation
    def deposit(self, session: Session) -> None:
        try:
            super().deposit(session)
        except StaleDataError:
            session.rollback()
            self.deposit(session)
