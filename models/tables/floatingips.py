"""Floating IPs: addresses of an outer network that stand for a port of an inner one, in whole or port by port."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.ports import Port
from models.tables.standard import Resource


class FloatingIP(Resource):
    """An outer address, held by a port of its own, and the inner port and address that it stands for, if any."""

    __tablename__ = "floatingips"
    __table_args__ = (UniqueConstraint("floating_network_id", "fixed_port_id", "fixed_ip_address"),)

    floating_ip_address: Mapped[str] = mapped_column(String(64))
    floating_network_id: Mapped[str] = mapped_column(String(36))
    floating_port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), index=True)
    fixed_port_id: Mapped[str | None] = mapped_column(ForeignKey("ports.id"), index=True)
    fixed_ip_address: Mapped[str | None] = mapped_column(String(64))
    router_id: Mapped[str | None] = mapped_column(ForeignKey("routers.id"), index=True)

    floating_port: Mapped[Port] = relationship(foreign_keys=[floating_port_id], back_populates="floating_ips")
    # Read only: they are deleted one by one, as each is a change of its port.
    port_forwardings: Mapped[list[PortForwarding]] = relationship(viewonly=True, order_by="PortForwarding.id")


class PortForwarding(Resource):
    """One outer port number that stands for an inner one.

    Its coming, changing and going are changes of the floating IP and of the port.
    """

    __tablename__ = "portforwardings"
    __table_args__ = (
        UniqueConstraint("floatingip_id", "external_port", "protocol"),
        UniqueConstraint("internal_port_id", "internal_ip_address", "internal_port", "protocol"),
    )
    revises_on_change: ClassVar[tuple[str, ...]] = ("floatingip", "port")

    floatingip_id: Mapped[str] = mapped_column(ForeignKey("floatingips.id", ondelete="CASCADE"), index=True)
    internal_port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), index=True)
    internal_ip_address: Mapped[str] = mapped_column(String(64))
    internal_port: Mapped[int] = mapped_column(Integer)
    external_port: Mapped[int] = mapped_column(Integer)
    protocol: Mapped[str] = mapped_column(String(16))

    floatingip: Mapped[FloatingIP] = relationship()
    port: Mapped[Port] = relationship()
