"""Quotas: how much of a kind of resource a project may have, what it has, and what is put aside for it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.standard import new_id


class Quota(Base):
    """A limit that differs from the default."""

    __tablename__ = "quotas"
    __table_args__ = (UniqueConstraint("project_id", "resource"),)
    __mapper_args__ = UNCONFIRMED

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    project_id: Mapped[str] = mapped_column(String(255))
    resource: Mapped[str] = mapped_column(String(255))
    limit: Mapped[int] = mapped_column(Integer)


class QuotaUsage(Base):
    """How much a project has, and how much is put aside. All that bears on a quota writes this row first."""

    __tablename__ = "quotausages"

    project_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    resource: Mapped[str] = mapped_column(String(255), primary_key=True)
    in_use: Mapped[int] = mapped_column(Integer, default=0)
    reserved: Mapped[int] = mapped_column(Integer, default=0)


class Reservation(Base):
    """What is put aside for a project until it is used or given back.

    Upstream's expire, for requests that die half-way, and whoever reserves next sweeps them up. No request of this
    model dies so, and a reservation that vanished with time would be another result at each run: they do not expire.
    """

    __tablename__ = "reservations"
    __mapper_args__ = UNCONFIRMED

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    project_id: Mapped[str] = mapped_column(String(255))

    deltas: Mapped[list[ResourceDelta]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ResourceDelta.resource"
    )


class ResourceDelta(Base):
    """How much of one kind a reservation is of."""

    __tablename__ = "resourcedeltas"
    __mapper_args__ = UNCONFIRMED

    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"), primary_key=True)
    resource: Mapped[str] = mapped_column(String(255), primary_key=True)
    amount: Mapped[int] = mapped_column(Integer)
