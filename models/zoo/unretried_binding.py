"""LP1654998: an operation that nobody retries.

The interleaving: A is about to bind a port to a security group, B deletes the group and commits, A's INSERT violates
the foreign key.

What differs: `bind_port` makes one attempt. Correct code makes another, and finds no group.

Seen by `errors`: an IntegrityError leaves the operation, or a serialization failure above READ COMMITTED.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.ports import PORT
from models.operations.securitygroups import GROUP
from models.service import ports
from models.transactions import Transactions
from models.zoo.animal import Animal, call, preempted


class Once(Transactions):
    """Makes one attempt."""

    def retriable(self, error: Exception) -> bool:  # noqa: ARG002 - whatever it is
        """Nothing is."""
        return False


class UnretriedBinding(Network):
    """Service operations, one of which is not retried."""

    once: ClassVar[Transactions] = Once()

    @operation(port=PORT, group=GROUP)
    def bind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group."""
        return self.once.run(session, lambda s: ports.bind(s, port, group))


ANIMAL = Animal(
    UnretriedBinding,
    bugs=("LP1654998",),
    kinds=("integrity-error", "serialization-failure", "stale-data"),
    least=(
        preempted(
            [call("bind_port", port=seed.PORT, group=seed.FREE_GROUP)],
            3,
            [call("delete_security_group", group=seed.FREE_GROUP, expected=None)],
        ),
    ),
)
