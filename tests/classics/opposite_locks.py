from __future__ import annotations

from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]


ACCOUNT = st.sampled_from([1, 2])
PAIR = (Call("transfer", {"source": 1, "to": 2}), Call("transfer", {"source": 2, "to": 1}))


class Racy(Target):
    """Each locks its source first, which is the other's goal."""

    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add_all([Account(id=1, balance=10), Account(id=2, balance=10)])

    @operation(source=ACCOUNT, to=ACCOUNT)
    def transfer(self, session: Session, source: int, to: int) -> None:
        add(session, source, -1)
        add(session, to, 1)
        session.commit()


class Correct(Racy):
    """All lock the lower number first."""

    @operation(source=ACCOUNT, to=ACCOUNT)
    def transfer(self, session: Session, source: int, to: int) -> None:
        for account, amount in sorted([(source, -1), (to, 1)]):
            add(session, account, amount)
        session.commit()


def add(session: Session, account: int, amount: int) -> None:
    session.execute(update(Account).where(Account.id == account).values(balance=Account.balance + amount))
