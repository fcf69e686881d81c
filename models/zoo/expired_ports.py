"""LP1454408, LP1484135 and LP1494157: a network's ports are gone when their turn comes.

The interleaving: A lists the ports of a network and commits, B deletes one of them and commits, A asks each port whose
it is.

What differs: `delete_network` first looks for ports that the service has made for itself, in a transaction of its own,
and goes through the objects afterwards. Correct code takes nothing but plain values out of a transaction.

Seen by `errors`: an ObjectDeletedError leaves the operation, at any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.shared import EXPECTED
from models.zoo.animal import Animal, call, preempted


class ExpiredPorts(Network):
    """Service operations, one of which goes through objects of a transaction that has ended."""

    @operation(network=NETWORK, expected=EXPECTED)
    def delete_network(self, session: Session, network: str, expected: int | None) -> None:
        """Remove a network, and before that the ports that serve addresses to the others."""
        of_network = select(tables.Port).where(tables.Port.network_id == network).order_by(tables.Port.id)
        for port in self.transactions.run(session, lambda s: s.scalars(of_network).all()):
            if port.device_id == "dhcp":
                self.delete_port(session, port.id, None)
        super().delete_network(session, network, expected)


ANIMAL = Animal(
    ExpiredPorts,
    bugs=("LP1454408", "LP1484135", "LP1494157"),
    kinds=("object-deleted",),
    least=(
        preempted(
            [call("delete_network", network=seed.NETWORK, expected=None)],
            2,
            [call("delete_port", port=seed.PORT, expected=None)],
        ),
    ),
)
