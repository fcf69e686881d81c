"""Ports, the addresses that they hold, and the hosts that they are bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.standard import Resource

if TYPE_CHECKING:
    from models.tables.floatingips import FloatingIP
    from models.tables.qos import QosPortBinding
    from models.tables.routers import RouterPort
    from models.tables.securitygroups import SecurityGroupPortBinding


class Port(Resource):
    """A port of a network. A change of it is none of the network: that row would be too hot."""

    __tablename__ = "ports"
    __table_args__ = (UniqueConstraint("network_id", "mac_address"), UniqueConstraint("id", "network_id"))

    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id"), index=True)
    mac_address: Mapped[str] = mapped_column(String(32))
    device_id: Mapped[str] = mapped_column(String(255), default="")
    device_owner: Mapped[str] = mapped_column(String(255), default="")

    allocations: Mapped[list[IPAllocation]] = relationship(
        cascade="all, delete-orphan", back_populates="port", order_by="IPAllocation.ip_address"
    )
    bindings: Mapped[list[SecurityGroupPortBinding]] = relationship(
        cascade="all, delete-orphan", back_populates="port", order_by="SecurityGroupPortBinding.security_group_id"
    )
    address_pairs: Mapped[list[AllowedAddressPair]] = relationship(
        cascade="all, delete-orphan",
        back_populates="port",
        passive_deletes=True,
        order_by="(AllowedAddressPair.mac_address, AllowedAddressPair.ip_address)",
    )
    host_bindings: Mapped[list[PortBinding]] = relationship(
        cascade="all, delete-orphan", back_populates="port", passive_deletes=True, order_by="PortBinding.host"
    )
    qos_binding: Mapped[QosPortBinding | None] = relationship(
        cascade="all, delete-orphan", back_populates="port", passive_deletes=True
    )
    # Loaded when the port is deleted: the interface's going is a change of its router, and a floating IP's standard
    # attributes go with it through the ORM only.
    routerport: Mapped[RouterPort | None] = relationship(cascade="all, delete-orphan", back_populates="port")
    floating_ips: Mapped[list[FloatingIP]] = relationship(
        cascade="all, delete-orphan",
        back_populates="floating_port",
        foreign_keys="FloatingIP.floating_port_id",
        order_by="FloatingIP.id",
    )


class IPAllocation(Base):
    """An address that a port holds on a subnet. Its coming and going are changes of the port.

    Upstream's pluggable address management keeps a second row of it (`ipamallocations`), and the two may differ. Here
    there is one: `models.zoo.inner_commit` shows the same bug on it.
    """

    __tablename__ = "ipallocations"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("port",)

    ip_address: Mapped[str] = mapped_column(String(64), primary_key=True)
    subnet_id: Mapped[str] = mapped_column(ForeignKey("subnets.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True)
    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), index=True)

    port: Mapped[Port] = relationship(back_populates="allocations")


class AllowedAddressPair(Base):
    """Another sender that a port may pass itself off as. Its coming and going are changes of the port."""

    __tablename__ = "allowedaddresspairs"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("port",)

    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True)
    mac_address: Mapped[str] = mapped_column(String(32), primary_key=True)
    ip_address: Mapped[str] = mapped_column(String(64), primary_key=True)

    port: Mapped[Port] = relationship(back_populates="address_pairs")


class PortBinding(Base):
    """A port's place on a host; one of them is active. Its coming, changing and going are changes of the port.

    Upstream's binding levels (`ml2_port_binding_levels`, one a mechanism driver) are left out: there are no drivers.
    """

    __tablename__ = "ml2_port_bindings"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("port",)

    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))

    port: Mapped[Port] = relationship(back_populates="host_bindings")
