"""Whom networks are shared with."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.operations.networks import NETWORK
from models.operations.shared import _Operations
from models.service import rbac

ENTRY = st.sampled_from([seed.RBAC])
PROJECT = st.sampled_from([*seed.PROJECTS, "*"])


class _RBAC(_Operations):
    """What is done with the entries that share networks."""

    @operation(network=NETWORK, project=PROJECT)
    def share_network(self, session: Session, network: str, project: str) -> dict[str, Any]:
        """Share a network with a project, or with all."""
        return self.transactions.run(session, lambda s: rbac.create(s, network, project))

    @operation(entry=ENTRY)
    def read_rbac_entry(self, session: Session, entry: str) -> dict[str, Any]:
        """An entry."""
        return self.transactions.run(session, lambda s: rbac.read(s, entry))

    @operation
    def list_rbac_entries(self, session: Session) -> list[dict[str, Any]]:
        """All entries."""
        return self.transactions.run(session, rbac.read_all)

    @operation(entry=ENTRY, project=PROJECT)
    def update_rbac_entry(self, session: Session, entry: str, project: str) -> dict[str, Any]:
        """Share the network with another project instead."""
        return self.transactions.run(session, lambda s: rbac.update(s, entry, project))

    @operation(entry=ENTRY)
    def delete_rbac_entry(self, session: Session, entry: str) -> None:
        """Share the network with the project no more."""
        self.transactions.run(session, lambda s: rbac.delete(s, entry))
