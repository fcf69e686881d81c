"""Races that take three calls: any two of them, in whatever interleaving, come to what a serial order gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from fuzz import Target, operation

CHECKING, SAVINGS = 1, 2

Made = TypeVar("Made")


class _Accounts(Target):
    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL)"))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO accounts VALUES (1, 0), (2, 0), (3, 0)"))


class Overdrawn(_Accounts):
    """The read-only anomaly (Fekete, O'Neil and O'Neil 2004).

    A report that has a deposit but not the withdrawal says that there was enough for it; the fee for an overdraft,
    taken by a withdrawal that had not seen the deposit, says that there was not.
    """

    isolation = ("rr",)

    @operation
    def deposit(self, session: Session) -> None:
        again(session, lambda: change(session, SAVINGS, 20))

    @operation
    def withdraw(self, session: Session) -> None:
        def try_it() -> None:
            total = balance(session, CHECKING) + self.savings(session)
            change(session, CHECKING, -10 if total >= 10 else -11)

        again(session, try_it)

    @operation
    def report(self, session: Session) -> tuple[int, int]:
        return again(session, lambda: (balance(session, CHECKING), balance(session, SAVINGS)))

    def savings(self, session: Session) -> int:
        """What a withdrawal knows of the other account."""
        return balance(session, SAVINGS)


class Covered(Overdrawn):
    """The same, with the other account locked by the withdrawal: a deposit cannot come between."""

    def savings(self, session: Session) -> int:
        """As it stays until the withdrawal is over."""
        return balance(session, SAVINGS, " FOR UPDATE")


class Round(_Accounts):
    """Three transfers that lock their rows in a round: a deadlock of three, as no two lock the same ones."""

    isolation = ("rc",)

    @operation(way=st.sampled_from([(1, 2), (2, 3), (3, 1)]))
    def transfer(self, session: Session, way: tuple[int, int]) -> None:
        for account, by in self.ordered(list(zip(way, (-1, 1), strict=True))):
            change(session, account, by)
        session.commit()

    def ordered(self, changes: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """As they were given."""
        return changes


class InOrder(Round):
    """The same, with the rows locked in one order by all."""

    def ordered(self, changes: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """By account."""
        return sorted(changes)


def again(session: Session, work: Callable[[], Made]) -> Made:
    """Do something in a transaction of its own, anew if another one came between."""
    while True:
        try:
            made = work()
            session.commit()
        except OperationalError:
            session.rollback()
        else:
            return made


def balance(session: Session, account: int, lock: str = "") -> int:
    return int(session.scalars(text(f"SELECT balance FROM accounts WHERE id = :id{lock}"), {"id": account}).one())


def change(session: Session, account: int, by: int) -> None:
    session.execute(text("UPDATE accounts SET balance = balance + :by WHERE id = :id"), {"id": account, "by": by})
