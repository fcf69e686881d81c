"""Networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.shared import CHANGES, EXPECTED, NAME, _Operations
from models.service import networks

NETWORK = st.sampled_from(seed.NETWORKS)


class _Networks(_Operations):
    """What is done with networks."""

    @operation(name=NAME)
    def create_network(self, session: Session, name: str) -> dict[str, Any]:
        """Add a network."""
        return self.transactions.run(session, lambda s: networks.create(s, name))

    @operation(network=NETWORK)
    def read_network(self, session: Session, network: str) -> dict[str, Any]:
        """A network with its subnets' ids."""
        return self.transactions.run(session, lambda s: networks.read(s, network))

    @operation
    def list_networks(self, session: Session) -> list[dict[str, Any]]:
        """All networks."""
        return self.transactions.run(session, networks.read_all)

    @operation(network=NETWORK, changes=CHANGES, expected=EXPECTED)
    def update_network(
        self, session: Session, network: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a network."""
        return self._update(session, tables.Network, network, expected, lambda s: networks.update(s, network, changes))

    @operation(network=NETWORK, expected=EXPECTED)
    def delete_network(self, session: Session, network: str, expected: int | None) -> None:
        """Remove a network."""
        self._delete(session, tables.Network, network, expected, lambda s: networks.delete(s, network))
