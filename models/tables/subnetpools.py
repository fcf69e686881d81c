"""Subnet pools: ranges of addresses that subnets are cut from."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.standard import Resource


class SubnetPool(Resource):
    """Prefixes, and how long a subnet's own is. The hash stands for what has been cut: it changes with each cut."""

    __tablename__ = "subnetpools"

    default_prefixlen: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64), default="")

    prefixes: Mapped[list[SubnetPoolPrefix]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="SubnetPoolPrefix.cidr"
    )


class SubnetPoolPrefix(Base):
    """A range of a pool. By itself it is a change of nobody."""

    __tablename__ = "subnetpoolprefixes"
    __mapper_args__ = UNCONFIRMED

    cidr: Mapped[str] = mapped_column(String(64), primary_key=True)
    subnetpool_id: Mapped[str] = mapped_column(ForeignKey("subnetpools.id", ondelete="CASCADE"), primary_key=True)
