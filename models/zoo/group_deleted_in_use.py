"""Neutron's 7857a3194b: a port loses its security group.

The interleaving: A finds that no port uses the group, B binds a port to it and commits, A deletes the group, and
PostgreSQL the binding with it.

What differs: `delete_security_group` looks in a transaction before the one that locks and deletes the group. Correct
code looks under the lock: B waits, and finds no group.

Seen by `revisions`: the port has lost its group, and its number did not grow. At any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.securitygroups import GROUP
from models.operations.shared import EXPECTED
from models.service import rows, securitygroups
from models.zoo.animal import Animal, call, preempted


class GroupDeletedInUse(Network):
    """Service operations, one of which forgets what it has checked."""

    @operation(group=GROUP, expected=EXPECTED)
    def delete_security_group(self, session: Session, group: str, expected: int | None) -> None:
        """Remove a security group and the rules that belong to it or name it."""
        self.transactions.run(session, lambda s: securitygroups.check_unused(s, group))
        self._delete(session, tables.SecurityGroup, group, expected, lambda s: _delete(s, group))


def _delete(session: Session, group_id: str) -> None:
    rows.lock(session, tables.SecurityGroup, group_id, delete=True)
    session.delete(rows.load(session, tables.SecurityGroup, group_id))


ANIMAL = Animal(
    GroupDeletedInUse,
    bugs=("7857a3194b",),
    kinds=("stuck-revision", "no-serial-order"),
    least=(
        preempted(
            [call("delete_security_group", group=seed.FREE_GROUP, expected=None)],
            1,
            [call("bind_port", port=seed.PORT, group=seed.FREE_GROUP)],
        ),
    ),
)
