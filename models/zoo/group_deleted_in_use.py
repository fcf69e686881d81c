"""Neutron's 7857a3194b: a port loses its security group.

The interleaving: A finds that no port uses the group, B binds a port to it and commits, A deletes the group, and
PostgreSQL the binding with it.

What differs: `delete_security_group` does not lock the group before it looks (Neutron looks in another transaction).
Correct code does: B waits, and finds no group.

Seen by `revisions`: the port has lost its group, and its number did not grow. Under READ COMMITTED only: above it,
PostgreSQL refuses to cascade to a row that A cannot see.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fuzz import operation
from models import network, seed, tables
from models.service import securitygroups
from models.zoo.animal import Animal, call, preempted


class GroupDeletedInUse(network.Network):
    """Service operations, one of which checks without a lock."""

    @operation(group=network.GROUP, expected=network.EXPECTED)
    def delete_security_group(self, session: Session, group: str, expected: int | None) -> None:
        """Remove a security group and the rules that belong to it or name it."""
        self._delete(session, tables.SecurityGroup, group, expected, lambda s: securitygroups.remove(s, group))


ANIMAL = Animal(
    GroupDeletedInUse,
    bugs=("7857a3194b",),
    kinds=("stuck-revision", "lost-update"),
    least=(
        preempted(
            [call("delete_security_group", group=seed.FREE_GROUP, expected=None)],
            2,
            [call("bind_port", port=seed.PORT, group=seed.FREE_GROUP)],
        ),
    ),
)
