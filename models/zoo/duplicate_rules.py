"""LP1532696: a security group with the same rule twice.

The interleaving: A finds that the group has no such rule, B adds it and commits, A adds it.

What differs: `create_rule` does not lock the group before it looks. That was enough while the bump of the group was a
compare-and-swap: A's fails. With a blind bump both come through. Correct code locks: no constraint keeps rules apart.

Seen by `serial`: both calls succeed, where the second is refused in either order. Under READ COMMITTED only: above it,
PostgreSQL refuses A's bump.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.securitygroups import GROUP, PROTOCOL, REMOTE_GROUP
from models.service import securitygroups
from models.zoo.animal import Animal, call, preempted


class DuplicateRules(Network):
    """Service operations, one of which checks without a lock."""

    @operation(group=GROUP, protocol=PROTOCOL, remote_group=REMOTE_GROUP)
    def create_rule(self, session: Session, group: str, protocol: str, remote_group: str | None) -> dict[str, Any]:
        """Add a rule to a security group."""
        return self.transactions.run(
            session, lambda s: securitygroups.add_rule(s, group, "ingress", protocol, remote_group)
        )


RULE = {"group": seed.GROUP, "protocol": "udp", "remote_group": None}
ANIMAL = Animal(
    DuplicateRules,
    bugs=("LP1532696",),
    kinds=("lost-update", "write-skew", "phantom"),
    least=(preempted([call("create_rule", **RULE)], 2, [call("create_rule", **RULE)]),),
)
