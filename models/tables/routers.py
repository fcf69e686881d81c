"""Routers, the ports that they have on networks, and their routes."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.ports import Port
from models.tables.standard import Resource


class Router(Resource):
    """A router. Its gateway port is a column of its own, its interfaces are rows of `RouterPort`."""

    __tablename__ = "routers"

    gw_port_id: Mapped[str | None] = mapped_column(ForeignKey("ports.id"), index=True)

    gw_port: Mapped[Port | None] = relationship()
    # Read only: deleting a router must meet its interfaces, not take them along.
    attached_ports: Mapped[list[RouterPort]] = relationship(viewonly=True, order_by="RouterPort.port_id")
    routes: Mapped[list[RouterRoute]] = relationship(
        cascade="all, delete-orphan",
        back_populates="router",
        passive_deletes=True,
        order_by="(RouterRoute.destination, RouterRoute.nexthop)",
    )


class RouterPort(Base):
    """A port as a router's interface, of one router only. Its coming and going are changes of the router."""

    __tablename__ = "routerports"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("router",)

    router_id: Mapped[str] = mapped_column(ForeignKey("routers.id", ondelete="CASCADE"), primary_key=True)
    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True, unique=True)

    router: Mapped[Router] = relationship()
    port: Mapped[Port] = relationship(back_populates="routerport")


class RouterRoute(Base):
    """Where a router sends what goes to some addresses. Its coming and going are changes of the router."""

    __tablename__ = "routerroutes"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("router",)

    destination: Mapped[str] = mapped_column(String(64), primary_key=True)
    nexthop: Mapped[str] = mapped_column(String(64), primary_key=True)
    router_id: Mapped[str] = mapped_column(ForeignKey("routers.id", ondelete="CASCADE"), primary_key=True)

    router: Mapped[Router] = relationship(back_populates="routes")
