"""The tables that the code of the pages speaks of, and their rows."""

from __future__ import annotations

from sqlalchemy import Engine, ForeignKey, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fuzz import Target


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


class Article(Base):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    title: Mapped[str]
    body: Mapped[str]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy's documentation writes it


class Tag(Base):
    __tablename__ = "tags"

    name: Mapped[str] = mapped_column(primary_key=True)


class Doctor(Base):
    __tablename__ = "doctors"

    id: Mapped[int] = mapped_column(primary_key=True)
    here: Mapped[bool]


class Register(Base):
    __tablename__ = "registers"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch: Mapped[int]


class Receipt(Base):
    __tablename__ = "receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch: Mapped[int]
    amount: Mapped[int]


class Network(Base):
    __tablename__ = "networks"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    name: Mapped[str]


class Port(Base):
    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"))


class Tables(Target):
    metadata = Base.metadata
    ddl: tuple[str, ...] = ()

    def create(self, engine: Engine) -> None:
        super().create(engine)
        with engine.begin() as connection:
            for statement in self.ddl:
                connection.execute(text(statement))

    def seed(self, session: Session) -> None:
        session.add_all([Account(id=1, owner="Al", balance=10), Account(id=2, owner="Bo", balance=10)])
        session.add_all([Doctor(id=1, here=True), Doctor(id=2, here=True)])
        session.add_all([Network(id=number, name="a", revision=0) for number in (1, 2)])
        session.add(Register(id=1, batch=1))
        session.add(Article(id=1, title="Old", body="..."))
