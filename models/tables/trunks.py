"""Trunks: a port that carries the traffic of others, told apart by segmentation ids."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.standard import Resource


class Trunk(Resource):
    """A parent port with its subports."""

    __tablename__ = "trunks"

    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), unique=True)

    subports: Mapped[list[SubPort]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="SubPort.port_id"
    )


class SubPort(Base):
    """A port that a trunk carries. It is a change of nobody, not even of the trunk."""

    __tablename__ = "subports"
    __table_args__ = (UniqueConstraint("trunk_id", "segmentation_type", "segmentation_id"),)
    __mapper_args__ = UNCONFIRMED

    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True)
    trunk_id: Mapped[str] = mapped_column(ForeignKey("trunks.id", ondelete="CASCADE"), index=True)
    segmentation_type: Mapped[str] = mapped_column(String(32), default="vlan")
    segmentation_id: Mapped[int] = mapped_column(Integer)
