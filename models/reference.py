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
        "ipallocations.port_id": "ports",
        "securitygroups.standard_attr_id": "standardattributes",
        "securitygrouprules.standard_attr_id": "standardattributes",
        "securitygrouprules.security_group_id": "securitygroups",
        "securitygroupportbindings.port_id": "ports",
    }
    ignore: ClassVar[tuple[str, ...]] = ("standardattributes.created_at", "standardattributes.updated_at")
    isolation: ClassVar[tuple[str, ...]] = ("rc", "rr", "ser")

    transactions: ClassVar[Transactions] = Transactions()

    def seed(self, session: Session) -> None:
        """Two networks, subnets, ports, security groups and rules."""
        seed.fill(session)
