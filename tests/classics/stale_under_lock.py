from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]


PAIR = (Call("deposit"), Call("deposit"))


class Racy(Target):
    """The row is locked, but the object is the one that the session knows, with the balance as it was before."""

    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Account(id=1, balance=10))

    @operation
    def deposit(self, session: Session) -> None:
        known = session.get_one(Account, 1)
        account = session.get_one(Account, known.id, with_for_update=True)
        account.balance = account.balance + 1
        session.commit()


class Correct(Racy):
    """The object is loaded anew."""

    @operation
    def deposit(self, session: Session) -> None:
        known = session.get_one(Account, 1)
        account = session.get_one(Account, known.id, with_for_update=True, populate_existing=True)
        account.balance = account.balance + 1
        session.commit()
