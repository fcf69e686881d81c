"""Quality of service: policies, their rules, and the ports and networks that are bound to them."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.tables.base import UNCONFIRMED, Base
from models.tables.networks import Network
from models.tables.ports import Port
from models.tables.standard import Resource, new_id


class QosPolicy(Resource):
    """A set of rules, at most one of a kind and direction."""

    __tablename__ = "qos_policies"

    # Read only: a policy's rules go with it in the database, as they have no revision to keep.
    bandwidth_rules: Mapped[list[QosBandwidthRule]] = relationship(viewonly=True, order_by="QosBandwidthRule.id")
    dscp_rules: Mapped[list[QosDscpRule]] = relationship(viewonly=True, order_by="QosDscpRule.id")
    minimum_rules: Mapped[list[QosMinimumRule]] = relationship(viewonly=True, order_by="QosMinimumRule.id")


class QosRule(Base):
    """A rule of any kind, without a revision of its own. Its coming, changing and going are changes of the policy."""

    __abstract__ = True
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("policy",)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    value: Mapped[int] = mapped_column(Integer)

    @declared_attr
    def qos_policy_id(self) -> Mapped[str]:
        """The key of the policy."""
        return mapped_column(ForeignKey("qos_policies.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def policy(self) -> Mapped[QosPolicy]:
        """The policy."""
        return relationship()


class QosDirectedRule(QosRule):
    """A rule for what leaves a port (egress), or for what comes to it (ingress): one a policy and direction."""

    __abstract__ = True

    direction: Mapped[str] = mapped_column(String(16), default="egress")

    @declared_attr.directive
    def __table_args__(cls) -> tuple[UniqueConstraint]:  # noqa: N805 - SQLAlchemy calls it with the class
        return (UniqueConstraint("qos_policy_id", "direction"),)


class QosBandwidthRule(QosDirectedRule):
    """No more than so many kilobits a second."""

    __tablename__ = "qos_bandwidth_limit_rules"


class QosDscpRule(QosRule):
    """This mark on every packet that leaves."""

    __tablename__ = "qos_dscp_marking_rules"
    __table_args__ = (UniqueConstraint("qos_policy_id"),)


class QosMinimumRule(QosDirectedRule):
    """No less than so many kilobits a second."""

    __tablename__ = "qos_minimum_bandwidth_rules"


class QosPortBinding(Base):
    """A port's one policy. It is a change of the port, not of the policy."""

    __tablename__ = "qos_port_policy_bindings"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("port",)

    policy_id: Mapped[str] = mapped_column(ForeignKey("qos_policies.id", ondelete="CASCADE"), primary_key=True)
    port_id: Mapped[str] = mapped_column(ForeignKey("ports.id", ondelete="CASCADE"), primary_key=True, unique=True)

    port: Mapped[Port] = relationship(back_populates="qos_binding")


class QosNetworkBinding(Base):
    """A network's one policy. It is a change of the network, not of the policy."""

    __tablename__ = "qos_network_policy_bindings"
    __mapper_args__ = UNCONFIRMED
    revises_on_change: ClassVar[tuple[str, ...]] = ("network",)

    policy_id: Mapped[str] = mapped_column(ForeignKey("qos_policies.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[str] = mapped_column(
        ForeignKey("networks.id", ondelete="CASCADE"), primary_key=True, unique=True
    )

    network: Mapped[Network] = relationship(back_populates="qos_binding")
