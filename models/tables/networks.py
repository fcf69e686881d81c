"""Networks, whom they are shared with, and their subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.standard import Resource, new_id

if TYPE_CHECKING:
    from models.tables.qos import QosNetworkBinding


class Network(Resource):
    """A network. Its ports are no relation of it: they would be read, and written, with every change of it."""

    __tablename__ = "networks"

    # Read only: deleting a network must meet the foreign key, not set its subnets' network_id to NULL.
    subnets: Mapped[list[Subnet]] = relationship(viewonly=True, order_by="Subnet.id")
    rbac_entries: Mapped[list[NetworkRBAC]] = relationship(
        cascade="all, delete-orphan", back_populates="network", passive_deletes=True, order_by="NetworkRBAC.id"
    )
    qos_binding: Mapped[QosNetworkBinding | None] = relationship(
        cascade="all, delete-orphan", back_populates="network", passive_deletes=True
    )


class NetworkRBAC(Base):
    """A project's leave to use a network; `*` is everybody.

    Its coming, changing and going are changes of the network.
    """

    __tablename__ = "networkrbacs"
    __table_args__ = (UniqueConstraint("target_project", "object_id", "action"),)
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("network",)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    object_id: Mapped[str] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"), index=True)
    target_project: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(255), default="access_as_shared")

    network: Mapped[Network] = relationship(back_populates="rbac_entries")


class Subnet(Resource):
    """A range of addresses of a network. Its coming, changing and going are changes of the network."""

    __tablename__ = "subnets"
    revises_on_change: ClassVar[tuple[str, ...]] = ("network",)

    network_id: Mapped[str] = mapped_column(ForeignKey("networks.id"), index=True)
    cidr: Mapped[str] = mapped_column(String(64))
    # No foreign key: the service sees to it that a pool with subnets stays.
    subnetpool_id: Mapped[str | None] = mapped_column(String(36), index=True)

    network: Mapped[Network] = relationship()
    allocation_pools: Mapped[list[IPAllocationPool]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="IPAllocationPool.id"
    )


class IPAllocationPool(Base):
    """Addresses of a subnet that ports get without asking for one, both ends included. It is a change of nobody."""

    __tablename__ = "ipallocationpools"
    __mapper_args__ = UNCONFIRMED

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subnet_id: Mapped[str] = mapped_column(ForeignKey("subnets.id", ondelete="CASCADE"), index=True)
    first_ip: Mapped[str] = mapped_column(String(64))
    last_ip: Mapped[str] = mapped_column(String(64))
