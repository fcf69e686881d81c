"""Subnets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.networks import NETWORK
from models.operations.shared import CHANGES, EXPECTED, _Operations
from models.service import subnets

CIDR = st.sampled_from(["10.0.1.0/24", "10.0.0.0/16", "10.0.1.128/25"])
SUBNET = st.sampled_from(seed.SUBNETS)


class _Subnets(_Operations):
    """What is done with subnets."""

    @operation(network=NETWORK, cidr=CIDR)
    def create_subnet(self, session: Session, network: str, cidr: str) -> dict[str, Any]:
        """Add a subnet."""
        return self.transactions.run(session, lambda s: subnets.create(s, network, cidr))

    @operation(network=NETWORK, cidr=CIDR, given=st.sampled_from([["10.0.1.130", "10.0.1.131"]]))
    def create_subnet_with_pool(
        self, session: Session, network: str, cidr: str, given: Sequence[str]
    ) -> dict[str, Any]:
        """Add a subnet of which only some addresses, the first to the last, are given without asking."""
        return self.transactions.run(session, lambda s: subnets.create(s, network, cidr, given))

    @operation(subnet=SUBNET)
    def read_subnet(self, session: Session, subnet: str) -> dict[str, Any]:
        """A subnet."""
        return self.transactions.run(session, lambda s: subnets.read(s, subnet))

    @operation
    def list_subnets(self, session: Session) -> list[dict[str, Any]]:
        """All subnets."""
        return self.transactions.run(session, subnets.read_all)

    @operation(subnet=SUBNET, changes=CHANGES, expected=EXPECTED)
    def update_subnet(
        self, session: Session, subnet: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a subnet."""
        return self._update(session, tables.Subnet, subnet, expected, lambda s: subnets.update(s, subnet, changes))

    @operation(subnet=st.sampled_from([*seed.SUBNETS, seed.CUT_SUBNET]), expected=EXPECTED)
    def delete_subnet(self, session: Session, subnet: str, expected: int | None) -> None:
        """Remove a subnet."""
        self._delete(session, tables.Subnet, subnet, expected, lambda s: subnets.delete(s, subnet))
