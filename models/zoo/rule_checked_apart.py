"""LP1532696, as it was at first: a rule is looked for in one transaction and added in the next.

The interleaving: A finds that the group has no such rule, B adds it and commits, A adds it.

What differs: `create_rule` checks in a transaction of its own, before it locks the group. Correct code checks in the
transaction that writes, under the lock.

Seen by `serial`: both calls succeed, where the second is refused in either order. At any isolation level, and with a
compare-and-swap of the group's number, too: A reads the number anew.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import tables
from models.network import Network
from models.operations.securitygroups import GROUP, PROTOCOL, REMOTE_GROUP
from models.service import rows, securitygroups
from models.zoo.animal import Animal
from models.zoo.duplicate_rules import ANIMAL as WITHOUT_LOCK


class RuleCheckedApart(Network):
    """Service operations, one of which forgets what it has checked."""

    @operation(group=GROUP, protocol=PROTOCOL, remote_group=REMOTE_GROUP)
    def create_rule(self, session: Session, group: str, protocol: str, remote_group: str | None) -> dict[str, Any]:
        """Add a rule to a security group."""
        rule = (group, "ingress", protocol, remote_group)

        def put(session: Session) -> dict[str, Any]:
            rows.lock(session, tables.SecurityGroup, group)
            return securitygroups.put_rule(session, *rule)

        self.transactions.run(session, lambda s: securitygroups.check_new(s, *rule))
        return self.transactions.run(session, put)


ANIMAL = Animal(
    RuleCheckedApart, bugs=("LP1532696",), kinds=("no-serial-order", "write-skew", "phantom"), least=WITHOUT_LOCK.least
)
