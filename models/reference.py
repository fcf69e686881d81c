"""What both reference targets say of their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from fuzz import Target
from models import seed, tables
from models.transactions import Transactions


class _Reference(Target):
    """Network elements with revision numbers.

    Attributes:
        transactions: how units of work are run, with the revision plugin.
    """

    metadata: ClassVar[MetaData | None] = tables.Base.metadata
    revision: ClassVar[str | None] = "revision_number"
    revises: ClassVar[Mapping[str, str]] = {
        "networks.standard_attr_id": "standardattributes",
        "subnets.standard_attr_id": "standardattributes",
        "subnets.network_id": "networks",
        "ports.standard_attr_id": "standardattributes",
        "securitygroups.standard_attr_id": "standardattributes",
        "securitygrouprules.standard_attr_id": "standardattributes",
        "securitygrouprules.security_group_id": "securitygroups",
        "address_groups.standard_attr_id": "standardattributes",
        "routers.standard_attr_id": "standardattributes",
        "floatingips.standard_attr_id": "standardattributes",
        "portforwardings.standard_attr_id": "standardattributes",
        "portforwardings.floatingip_id": "floatingips",
        "portforwardings.internal_port_id": "ports",
        "qos_policies.standard_attr_id": "standardattributes",
        "subnetpools.standard_attr_id": "standardattributes",
        "trunks.standard_attr_id": "standardattributes",
        "tags.standard_attr_id": "standardattributes",
        "networkrbacs.object_id": "networks",
        "qos_network_policy_bindings.network_id": "networks",
        "ipallocations.port_id": "ports",
        "securitygroupportbindings.port_id": "ports",
        "allowedaddresspairs.port_id": "ports",
        "ml2_port_bindings.port_id": "ports",
        "qos_port_policy_bindings.port_id": "ports",
        "address_associations.address_group_id": "address_groups",
        "routerports.router_id": "routers",
        "routerroutes.router_id": "routers",
        "qos_bandwidth_limit_rules.qos_policy_id": "qos_policies",
        "qos_dscp_marking_rules.qos_policy_id": "qos_policies",
        "qos_minimum_bandwidth_rules.qos_policy_id": "qos_policies",
    }
    ignore: ClassVar[tuple[str, ...]] = ("standardattributes.created_at", "standardattributes.updated_at")
    isolation: ClassVar[tuple[str, ...]] = ("rc", "rr", "ser")

    transactions: ClassVar[Transactions] = Transactions()

    def seed(self, session: Session) -> None:
        """Two networks, subnets, ports, security groups and rules."""
        seed.fill(session)
