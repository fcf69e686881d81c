"""LP1831647 and LP1551473: what can never succeed is tried again and again.

The interleaving: A finds that a port does not use a security group, B lets it use the group and commits, A adds the
same, is refused by the primary key, and would be at every attempt.

What differs: the check is made once for a request, and not in each attempt. Correct code checks again, and finds that
there is nothing to do.

Seen by `errors`: a unit of work is given up. At any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.ports import PORT
from models.operations.securitygroups import GROUP
from models.service import ports, rows
from models.tables import Port, SecurityGroup, SecurityGroupPortBinding
from models.zoo.animal import Animal, call, preempted


class PermanentDuplicate(Network):
    """Service operations, one of which does not look again before it tries again."""

    @operation(port=PORT, group=GROUP)
    def bind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group."""
        found = self.transactions.run(session, lambda s: ports.read(s, port))
        return found if group in found["security_groups"] else self.transactions.run(session, _adding(port, group))


def _adding(port: str, group: str) -> Callable[[Session], dict[str, Any]]:
    def add(session: Session) -> dict[str, Any]:
        found = rows.load(session, Port, port)
        rows.require(session, SecurityGroup, group)
        session.add(SecurityGroupPortBinding(port=found, security_group_id=group))
        session.flush()
        return ports.read(session, port)

    return add


_BOUND = [call("bind_port", port=seed.PORT, group=seed.FREE_GROUP)]

ANIMAL = Animal(
    PermanentDuplicate,
    bugs=("LP1831647", "LP1551473"),
    kinds=("unhandled-error",),
    least=(preempted(_BOUND, 2, _BOUND),),
)
