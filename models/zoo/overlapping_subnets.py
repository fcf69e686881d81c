"""LP1852777: two subnets of a network that overlap.

The interleaving: A finds its range of addresses free, B adds a subnet that covers some of them and commits, A adds its
own.

What differs: `create_subnet` does not lock the network before it looks. That was enough (LP1532695) while the bump of
the network was a compare-and-swap: A's fails. With a blind bump both come through. Correct code locks.

Seen by `serial`: the network has both subnets, which it has after no order of the two calls. Under READ COMMITTED only:
above it, PostgreSQL refuses A's bump.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.subnets import CIDR
from models.service import subnets
from models.zoo.animal import Animal, call, preempted


class OverlappingSubnets(Network):
    """Service operations, one of which checks without a lock."""

    @operation(network=NETWORK, cidr=CIDR)
    def create_subnet(self, session: Session, network: str, cidr: str) -> dict[str, Any]:
        """Add a subnet."""
        return self.transactions.run(session, lambda s: subnets.add(s, network, cidr))


ANIMAL = Animal(
    OverlappingSubnets,
    bugs=("LP1852777", "LP1532695"),
    kinds=("lost-update", "write-skew", "phantom"),
    least=(
        preempted(
            [call("create_subnet", network=seed.OTHER_NETWORK, cidr="10.0.1.0/24")],
            3,
            [call("create_subnet", network=seed.OTHER_NETWORK, cidr="10.0.1.0/24")],
        ),
    ),
)
