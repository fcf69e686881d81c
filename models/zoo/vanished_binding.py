"""LP1424593: a port's binding is touched after another session has deleted it.

The interleaving: A binds a port to a security group and commits, B unbinds it and commits, A touches the binding, which
the commit has expired, to make its result.

What differs: the result of `bind_port` is made after the commit. Correct code makes it inside the transaction.

Seen by `errors`: an ObjectDeletedError leaves the operation, at any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.ports import PORT
from models.operations.securitygroups import GROUP
from models.service import ports
from models.zoo.animal import Animal, call, preempted


class VanishedBinding(Network):
    """Service operations, one of which looks back after its commit."""

    @operation(port=PORT, group=GROUP)
    def bind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group."""
        binding = self.transactions.run(session, lambda s: ports.bound(s, port, group))
        return ports.view(binding.port)


BINDING = {"port": seed.PORT, "group": seed.GROUP}
ANIMAL = Animal(
    VanishedBinding,
    bugs=("LP1424593",),
    kinds=("object-deleted", "vanished-row", "read-skew", "no-serial-order"),
    least=(preempted([call("bind_port", **BINDING)], 3, [call("unbind_port", **BINDING)]),),
)
