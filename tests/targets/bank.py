from __future__ import annotations

from hypothesis import strategies as st
from sqlalchemy import ForeignKey, delete, func, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target, invariant, operation

ACCOUNT = st.sampled_from([1, 2])


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    balance: Mapped[int]


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    text: Mapped[str]


class _Bank(Target):
    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add_all(
            [Account(id=1, owner="Ada", balance=10), Account(id=2, owner="Bob", balance=10)],
        )
        session.flush()
        session.add(Note(id=1, account_id=1, text="opened"))

    @operation(account=ACCOUNT)
    def read(self, session: Session, account: int) -> int:
        return session.get_one(Account, account).balance


class Deadlocking(_Bank):
    """Transfers that lock two accounts in the order of their arguments."""

    @operation(source=ACCOUNT, to=ACCOUNT)
    def transfer(self, session: Session, source: int, to: int) -> None:
        for account, amount in ((source, -1), (to, 1)):
            session.execute(update(Account).where(Account.id == account).values(balance=Account.balance + amount))
        session.commit()


class Ordered(_Bank):
    """Transfers that lock two accounts in the order of their keys."""

    @operation(source=ACCOUNT, to=ACCOUNT)
    def transfer(self, session: Session, source: int, to: int) -> None:
        for account, amount in sorted([(source, -1), (to, 1)]):
            session.execute(update(Account).where(Account.id == account).values(balance=Account.balance + amount))
        session.commit()


class Expiring(_Bank):
    """A note's text is read after a commit has expired it, and another session may have deleted it."""

    @operation
    def look(self, session: Session) -> str:
        note = session.get(Note, 1)
        if note is None:
            return ""
        session.commit()
        return note.text

    @operation
    def remove(self, session: Session) -> None:
        note = session.get(Note, 1, with_for_update=True)
        if note is not None:
            session.delete(note)
            session.commit()


class Keeping(Expiring):
    """A note's text is read before the commit."""

    @operation
    def look(self, session: Session) -> str:
        note = session.get(Note, 1)
        text = "" if note is None else note.text
        session.commit()
        return text


class Overdrawn(_Bank):
    """Withdrawals that look at the sum of both accounts, then take from one: a write skew."""

    @operation(account=ACCOUNT, amount=st.integers(1, 12))
    def withdraw(self, session: Session, account: int, amount: int) -> int:
        accounts = session.scalars(select(Account).order_by(Account.id)).all()
        if sum(each.balance for each in accounts) >= amount:
            accounts[account - 1].balance -= amount
        session.commit()
        return accounts[account - 1].balance

    @invariant
    def no_debt(self, session: Session) -> None:
        total = sum(session.scalars(select(Account.balance)))
        assert total >= 0, f"the accounts sum up to {total}"


class Various(_Bank):
    """One of each: what a timeline has to find words for."""

    @operation
    def close(self, session: Session) -> None:
        session.execute(delete(Account).where(Account.id == 1))
        session.commit()

    @operation
    def doubt(self, session: Session) -> None:
        with session.begin_nested() as savepoint:
            session.execute(update(Account).where(Account.id == 1).values(balance=1))
            savepoint.rollback()
        session.execute(update(Account).where(Account.id == 1).values(balance=2))
        session.commit()

    @operation
    def note(self, session: Session) -> None:
        session.add(Note(id=2, account_id=2, text="seen"))
        session.execute(update(Account).values(owner="Eve"))
        session.commit()

    @operation
    def look(self, session: Session) -> int:
        session.execute(text("SET LOCAL work_mem = '1MB'"))
        session.execute(update(Account).where(Account.id == 9).values(balance=1))
        session.execute(select(Note.text).join(Account, Account.id == Note.account_id)).all()
        return session.scalars(select(func.count()).select_from(Account)).one()
