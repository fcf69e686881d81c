"""What every resource has: an id, a description, a revision number, and times."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from sqlalchemy import BigInteger, DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base


def new_id() -> str:
    """An id that nothing else has."""
    return str(uuid.uuid4())


def _now() -> datetime:
    return datetime.now(UTC)


class StandardAttribute(Base):
    """The revision number of one resource, and what else all resources share.

    The application raises the number itself (see `models.revisions`); every UPDATE and DELETE of the row is made
    good only if the number is still the one that was read.
    """

    __tablename__ = "standardattributes"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    resource_type: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(String(255), default="")
    revision_number: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)
    updated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), onupdate=_now)

    tags: Mapped[list[Tag]] = relationship(
        cascade="all, delete-orphan", back_populates="standard_attr", passive_deletes=True, order_by="Tag.tag"
    )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        return {"version_id_col": cls.revision_number, "version_id_generator": False}


class Tag(Base):
    """A word that users put on a resource. Its coming and going are changes of that resource alone."""

    __tablename__ = "tags"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("standard_attr",)

    standard_attr_id: Mapped[int] = mapped_column(
        ForeignKey("standardattributes.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(255), primary_key=True)

    standard_attr: Mapped[StandardAttribute] = relationship(back_populates="tags")


class Resource(Base):
    """A row that users know by its id and whose changes are counted.

    The key points from the resource to its standard attributes, so only a delete through the ORM removes both.
    """

    __abstract__ = True
    __mapper_args__ = UNCONFIRMED

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255), default="")

    @declared_attr
    def standard_attr_id(self) -> Mapped[int]:
        """The key of the standard attributes."""
        return mapped_column(ForeignKey("standardattributes.id", ondelete="CASCADE"), unique=True)

    @declared_attr
    def standard_attr(self) -> Mapped[StandardAttribute]:
        """The standard attributes, read in the same statement as the resource: one snapshot."""
        return relationship(lazy="joined", innerjoin=True, cascade="all, delete-orphan", single_parent=True)

    @classmethod
    def new(cls, description: str = "", **columns: Any) -> Self:
        """A resource with standard attributes of its own, not in any session yet."""
        return cls(standard_attr=StandardAttribute(resource_type=cls.__tablename__, description=description), **columns)
