"""Trunks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.ports import PORT
from models.operations.shared import CHANGES, EXPECTED, _Operations
from models.service import trunks

TRUNK = st.sampled_from([seed.TRUNK])


class _Trunks(_Operations):
    """What is done with trunks."""

    @operation(port=PORT)
    def create_trunk(self, session: Session, port: str) -> dict[str, Any]:
        """Add a trunk."""
        return self.transactions.run(session, lambda s: trunks.create(s, port))

    @operation(trunk=TRUNK)
    def read_trunk(self, session: Session, trunk: str) -> dict[str, Any]:
        """A trunk with its subports."""
        return self.transactions.run(session, lambda s: trunks.read(s, trunk))

    @operation
    def list_trunks(self, session: Session) -> list[dict[str, Any]]:
        """All trunks."""
        return self.transactions.run(session, trunks.read_all)

    @operation(trunk=TRUNK, changes=CHANGES, expected=EXPECTED)
    def update_trunk(
        self, session: Session, trunk: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a trunk."""
        return self._update(session, tables.Trunk, trunk, expected, lambda s: trunks.update(s, trunk, changes))

    @operation(trunk=TRUNK, expected=EXPECTED)
    def delete_trunk(self, session: Session, trunk: str, expected: int | None) -> None:
        """Remove a trunk."""
        self._delete(session, tables.Trunk, trunk, expected, lambda s: trunks.delete(s, trunk))

    @operation(trunk=TRUNK, port=PORT, segmentation_id=st.sampled_from([1, 2]))
    def add_subport(self, session: Session, trunk: str, port: str, segmentation_id: int) -> dict[str, Any]:
        """Let a trunk carry a port."""
        return self.transactions.run(session, lambda s: trunks.add_subport(s, trunk, port, segmentation_id))

    @operation(trunk=TRUNK, port=st.sampled_from([seed.SUBPORT, seed.PORT]))
    def remove_subport(self, session: Session, trunk: str, port: str) -> dict[str, Any]:
        """Let a trunk carry a port no more."""
        return self.transactions.run(session, lambda s: trunks.remove_subport(s, trunk, port))
