"""Security groups, their rules, and the ports that they are bound to."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.ports import Port
from models.tables.standard import Resource


class SecurityGroup(Resource):
    """A set of rules. Deleting it through the ORM deletes its rules and those that name it as remote group."""

    __tablename__ = "securitygroups"

    rules: Mapped[list[SecurityGroupRule]] = relationship(
        cascade="all, delete",
        back_populates="security_group",
        foreign_keys="SecurityGroupRule.security_group_id",
        order_by="SecurityGroupRule.id",
    )
    source_rules: Mapped[list[SecurityGroupRule]] = relationship(
        cascade="all, delete",
        back_populates="remote_group",
        foreign_keys="SecurityGroupRule.remote_group_id",
        order_by="SecurityGroupRule.id",
    )


class SecurityGroupRule(Resource):
    """A rule of a group. Nothing but the service keeps two equal rules apart: there is no unique constraint."""

    __tablename__ = "securitygrouprules"
    revises_on_change: ClassVar[tuple[str, ...]] = ("security_group",)

    security_group_id: Mapped[str] = mapped_column(ForeignKey("securitygroups.id", ondelete="CASCADE"), index=True)
    remote_group_id: Mapped[str | None] = mapped_column(ForeignKey("securitygroups.id", ondelete="CASCADE"), index=True)
    remote_address_group_id: Mapped[str | None] = mapped_column(
        ForeignKey("address_groups.id", ondelete="CASCADE"), index=True
    )
    direction: Mapped[str] = mapped_column(String(16))
    protocol: Mapped[str] = mapped_column(String(16))

    security_group: Mapped[SecurityGroup] = relationship(back_populates="rules", foreign_keys=[security_group_id])
    remote_group: Mapped[SecurityGroup | None] = relationship(
        back_populates="source_rules", foreign_keys=[remote_group_id]
    )


class DefaultSecurityGroup(Base):
    """The group that a project's ports use if nothing else is said: one a project."""

    __tablename__ = "default_security_group"
    __mapper_args__ = UNCONFIRMED

    project_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    security_group_id: Mapped[str] = mapped_column(ForeignKey("securitygroups.id", ondelete="CASCADE"), index=True)


class AddressGroup(Resource):
    """Ranges of addresses that rules name together."""

    __tablename__ = "address_groups"

    addresses: Mapped[list[AddressAssociation]] = relationship(
        cascade="all, delete-orphan",
        back_populates="address_group",
        passive_deletes=True,
        order_by="AddressAssociation.address",
    )


class AddressAssociation(Base):
    """A range of addresses in a group. Its coming and going are changes of the group."""

    __tablename__ = "address_associations"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("address_group",)

    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    address_group_id: Mapped[str] = mapped_column(ForeignKey("address_groups.id", ondelete="CASCADE"), primary_key=True)

    address_group: Mapped[AddressGroup] = relationship(back_populates="addresses")


class SecurityGroupPortBinding(Base):
    """A port's use of a group. It is a change of the port, not of the group."""

    __tablename__ = "securitygroupportbindings"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("port",)

    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True)
    security_group_id: Mapped[str] = mapped_column(
        ForeignKey("securitygroups.id", ondelete="CASCADE"), primary_key=True
    )

    port: Mapped[Port] = relationship(back_populates="bindings")
