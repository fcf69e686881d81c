"""Networks and their subnets."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.standard import Resource


class Network(Resource):
    """A network. Its ports are no relation of it: they would be read, and written, with every change of it."""

    __tablename__ = "networks"

    # Read only: deleting a network must meet the foreign key, not set its subnets' network_id to NULL.
    subnets: Mapped[list[Subnet]] = relationship(viewonly=True, order_by="Subnet.id")


class Subnet(Resource):
    """A range of addresses of a network. Its coming, changing and going are changes of the network."""

    __tablename__ = "subnets"
    revises_on_change: ClassVar[tuple[str, ...]] = ("network",)

    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id"), index=True)
    cidr: Mapped[str] = mapped_column(String(64))

    network: Mapped[Network] = relationship()
