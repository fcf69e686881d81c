"""Subnet pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.networks import NETWORK
from models.operations.shared import CHANGES, EXPECTED, NAME, _Operations
from models.service import subnetpools

POOL = st.sampled_from(seed.POOLS)
PREFIX = st.sampled_from([seed.PREFIXES[0], "10.6.0.0/24"])


class _SubnetPools(_Operations):
    """What is done with subnet pools."""

    @operation(name=NAME, prefix=PREFIX)
    def create_subnet_pool(self, session: Session, name: str, prefix: str) -> dict[str, Any]:
        """Add a subnet pool."""
        return self.transactions.run(session, lambda s: subnetpools.create(s, name, prefix, 25))

    @operation(pool=POOL)
    def read_subnet_pool(self, session: Session, pool: str) -> dict[str, Any]:
        """A subnet pool with its prefixes."""
        return self.transactions.run(session, lambda s: subnetpools.read(s, pool))

    @operation
    def list_subnet_pools(self, session: Session) -> list[dict[str, Any]]:
        """All subnet pools."""
        return self.transactions.run(session, subnetpools.read_all)

    @operation(pool=POOL, changes=CHANGES, expected=EXPECTED)
    def update_subnet_pool(
        self, session: Session, pool: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a subnet pool."""
        return self._update(session, tables.SubnetPool, pool, expected, lambda s: subnetpools.update(s, pool, changes))

    @operation(pool=POOL, expected=EXPECTED)
    def delete_subnet_pool(self, session: Session, pool: str, expected: int | None) -> None:
        """Remove a subnet pool."""
        self._delete(session, tables.SubnetPool, pool, expected, lambda s: subnetpools.delete(s, pool))

    @operation(pool=POOL, prefix=PREFIX)
    def add_prefix(self, session: Session, pool: str, prefix: str) -> dict[str, Any]:
        """Add a prefix to a subnet pool."""
        return self.transactions.run(session, lambda s: subnetpools.add_prefix(s, pool, prefix))

    @operation(pool=POOL, prefix=st.sampled_from(seed.PREFIXES))
    def remove_prefix(self, session: Session, pool: str, prefix: str) -> dict[str, Any]:
        """Remove a prefix from a subnet pool."""
        return self.transactions.run(session, lambda s: subnetpools.remove_prefix(s, pool, prefix))

    @operation(network=NETWORK, pool=POOL)
    def cut_subnet(self, session: Session, network: str, pool: str) -> dict[str, Any]:
        """Add a subnet to a network, with addresses of a subnet pool."""
        return self.transactions.run(session, lambda s: subnetpools.cut_subnet(s, network, pool))
