"""Ports and the addresses that they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.standard import Resource

if TYPE_CHECKING:
    from models.tables.securitygroups import SecurityGroupPortBinding


class Port(Resource):
    """A port of a network. A change of it is none of the network: that row would be too hot."""

    __tablename__ = "ports"
    __table_args__ = (UniqueConstraint("network_id", "mac_address"), UniqueConstraint("id", "network_id"))

    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id"), index=True)
    mac_address: Mapped[str] = mapped_column(String(32))
    device_id: Mapped[str] = mapped_column(String(255), default="")

    allocations: Mapped[list[IPAllocation]] = relationship(
        cascade="all, delete-orphan", back_populates="port", order_by="IPAllocation.ip_address"
    )
    bindings: Mapped[list[SecurityGroupPortBinding]] = relationship(
        cascade="all, delete-orphan", back_populates="port", order_by="SecurityGroupPortBinding.security_group_id"
    )


class IPAllocation(Base):
    """An address that a port holds on a subnet. Its coming and going are changes of the port."""

    __tablename__ = "ipallocations"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("port",)

    ip_address: Mapped[str] = mapped_column(String(64), primary_key=True)
    subnet_id: Mapped[str] = mapped_column(ForeignKey("subnets.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True)
    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), index=True)

    port: Mapped[Port] = relationship(back_populates="allocations")
