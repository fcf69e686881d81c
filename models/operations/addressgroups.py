"""Address groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import tables
from models.operations.securitygroups import ADDRESS_GROUP
from models.operations.shared import CHANGES, EXPECTED, NAME, _Operations
from models.service import addressgroups

ADDRESS = st.sampled_from(["10.1.0.0/24", "10.1.1.0/24"])


class _AddressGroups(_Operations):
    """What is done with address groups."""

    @operation(name=NAME)
    def create_address_group(self, session: Session, name: str) -> dict[str, Any]:
        """Add an address group."""
        return self.transactions.run(session, lambda s: addressgroups.create(s, name))

    @operation(address_group=ADDRESS_GROUP)
    def read_address_group(self, session: Session, address_group: str) -> dict[str, Any]:
        """An address group with its addresses."""
        return self.transactions.run(session, lambda s: addressgroups.read(s, address_group))

    @operation
    def list_address_groups(self, session: Session) -> list[dict[str, Any]]:
        """All address groups."""
        return self.transactions.run(session, addressgroups.read_all)

    @operation(address_group=ADDRESS_GROUP, changes=CHANGES, expected=EXPECTED)
    def update_address_group(
        self, session: Session, address_group: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change an address group."""
        return self._update(
            session,
            tables.AddressGroup,
            address_group,
            expected,
            lambda s: addressgroups.update(s, address_group, changes),
        )

    @operation(address_group=ADDRESS_GROUP, expected=EXPECTED)
    def delete_address_group(self, session: Session, address_group: str, expected: int | None) -> None:
        """Remove an address group."""
        self._delete(
            session, tables.AddressGroup, address_group, expected, lambda s: addressgroups.delete(s, address_group)
        )

    @operation(address_group=ADDRESS_GROUP, address=ADDRESS)
    def add_address(self, session: Session, address_group: str, address: str) -> dict[str, Any]:
        """Add a range of addresses to an address group."""
        return self.transactions.run(session, lambda s: addressgroups.add(s, address_group, address))

    @operation(address_group=ADDRESS_GROUP, address=ADDRESS)
    def remove_address(self, session: Session, address_group: str, address: str) -> dict[str, Any]:
        """Remove a range of addresses from an address group."""
        return self.transactions.run(session, lambda s: addressgroups.remove(s, address_group, address))
