"""Neutron's 7dfa64bf41: deleting a network takes its subnets' network away.

The interleaving: A finds that nothing uses the network, B adds a subnet to it and commits, A deletes the network, and
SQLAlchemy sets the subnet's network_id to NULL first.

What differs: a relation leads from the network to its subnets (in Neutron, to its ports) that neither cascades nor
leaves it to the database, and the network is locked when A has looked already. With a read-only relation, as in correct
code, PostgreSQL would refuse by the foreign key, and the next attempt find the subnet. A NULL where there must be none
is nothing that a retry expects.

Seen by `errors`: an IntegrityError leaves the operation. Under READ COMMITTED only: above it, A sees no subnet.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, Session, relationship

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.shared import EXPECTED
from models.service import networks, rows
from models.zoo.animal import Animal, call, preempted


class NetworkOfSubnets(tables.Network):
    """The same rows, with a relation more."""

    owned: Mapped[list[tables.Subnet]] = relationship(overlaps="network")


class SubnetsSetFree(Network):
    """Service operations, one of which deletes an object with a relation to what it must not touch."""

    @operation(network=NETWORK, expected=EXPECTED)
    def delete_network(self, session: Session, network: str, expected: int | None) -> None:
        """Remove a network."""
        self._delete(session, tables.Network, network, expected, lambda s: _delete(s, network))


def _delete(session: Session, network_id: str) -> None:
    networks.check_unused(session, network_id)
    rows.lock(session, tables.Network, network_id, delete=True)
    session.delete(session.get_one(NetworkOfSubnets, network_id))


ANIMAL = Animal(
    SubnetsSetFree,
    bugs=("7dfa64bf41",),
    kinds=("integrity-error",),
    least=(
        preempted(
            [call("delete_network", network=seed.OTHER_NETWORK, expected=None)],
            1,
            [call("create_subnet", network=seed.OTHER_NETWORK, cidr="10.0.1.0/24")],
        ),
    ),
)
