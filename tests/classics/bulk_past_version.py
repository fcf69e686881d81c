from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from fuzz import Target, operation
from fuzz.case import Call


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to say it


PAIR = (Call("add_tax"), Call("reprice"))


class Racy(Target):
    """The mapper compares versions, and the bulk UPDATE leaves the version as it is."""

    metadata = Base.metadata
    expected = (StaleDataError,)

    def seed(self, session: Session) -> None:
        session.add(Product(id=1, price=100))

    @operation
    def add_tax(self, session: Session) -> None:
        product = session.get_one(Product, 1)
        product.price = product.price + 19
        session.commit()

    @operation
    def reprice(self, session: Session) -> None:
        session.execute(update(Product).values(price=Product.price * 2))
        session.commit()


class Correct(Racy):
    """The bulk UPDATE counts, too."""

    @operation
    def reprice(self, session: Session) -> None:
        session.execute(update(Product).values(price=Product.price * 2, version=Product.version + 1))
        session.commit()
