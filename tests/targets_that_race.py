from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, invariant, operation
from tests.targets_for_engine import SCHEMA, change

ACCOUNT = st.sampled_from([1, 2, 3])


class _Accounts(Target):
    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text(SCHEMA))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO accounts VALUES (1, 10), (2, 10), (3, 10)"))

    @operation(account=ACCOUNT)
    def read(self, session: Session, account: int) -> Any:
        return session.scalar(text("SELECT balance FROM accounts WHERE id = :id"), {"id": account})


class Looking(_Accounts):
    """Looks at accounts, one after the other; there is little that can be different."""

    @operation(account=st.just(1))
    def read(self, session: Session, account: int) -> Any:
        return super().read(session, account)


class Losing(_Accounts):
    """Deposits are read, added up, and written: a lost update, which the sum of all deposits shows."""

    @operation(account=ACCOUNT)
    def deposit(self, session: Session, account: int) -> None:
        balance = self.read(session, account)
        row = {"id": account, "balance": (balance or 0) + 1}
        session.execute(text("UPDATE accounts SET balance = :balance WHERE id = :id"), row)
        session.execute(text("INSERT INTO notes (account) VALUES (:id)"), {"id": account})
        session.commit()

    @invariant
    def adds_up(self, session: Session) -> None:
        deposits = "SELECT sum(balance) - 30 - (SELECT count(*) FROM notes) FROM accounts"
        assert session.scalars(text(deposits)).one() == 0, "a deposit is lost"


class Keeping(Losing):
    """The same, with the row locked before it is read."""

    @operation(account=ACCOUNT)
    def deposit(self, session: Session, account: int) -> None:
        session.execute(text("SELECT FROM accounts WHERE id = :id FOR UPDATE"), {"id": account})
        super().deposit(session, account)


class Skewing(_Accounts):
    """Withdrawals look at two accounts and take from one: a write skew."""

    @operation(account=st.sampled_from([1, 2]))
    def withdraw(self, session: Session, account: int) -> None:
        if session.scalars(text("SELECT sum(balance) FROM accounts WHERE id < 3")).one() >= 20:
            session.execute(text(change(account, -20)))
        session.commit()

    @invariant
    def no_debt(self, session: Session) -> None:
        assert session.scalars(text("SELECT sum(balance) FROM accounts WHERE id < 3")).one() >= 0


class Crossing(_Accounts):
    """Transfers that lock two rows in the order of their arguments: a deadlock."""

    @operation(source=ACCOUNT, to=ACCOUNT)
    def transfer(self, session: Session, source: int, to: int) -> None:
        session.execute(text(change(source, -1)))
        session.execute(text(change(to, 1)))
        session.commit()


class Both(Losing, Crossing):
    """Two bugs."""


class LongLasting(Crossing):
    """Transfers in sessions that live through their programs."""

    session_scope = "program"

    @operation
    def commit(self, session: Session) -> None:
        session.commit()
