"""LP1852777, as it was mended: the lock of a network is taken when its subnets have been checked already.

The interleaving: A finds its range of addresses free, B adds a subnet that covers some of them and commits, A adds its
own and takes the lock, which nobody holds any more.

What differs: `create_subnet` locks the network last. Correct code locks first, so that it sees what was there before.

Seen by `serial`: the network has both subnets, which it has after no order of the two calls. Under READ COMMITTED only:
above it, PostgreSQL refuses A's lock.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import tables
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.subnets import CIDR
from models.service import rows, subnets
from models.zoo.animal import Animal
from models.zoo.overlapping_subnets import ANIMAL as WITHOUT_LOCK


class LateSubnetLock(Network):
    """Service operations, one of which locks after its check."""

    @operation(network=NETWORK, cidr=CIDR)
    def create_subnet(self, session: Session, network: str, cidr: str) -> dict[str, Any]:
        """Add a subnet."""

        def work(session: Session) -> dict[str, Any]:
            added = subnets.add(session, network, cidr)
            rows.lock(session, tables.Network, network)
            return added

        return self.transactions.run(session, work)


ANIMAL = Animal(LateSubnetLock, bugs=("LP1852777",), kinds=WITHOUT_LOCK.kinds, least=WITHOUT_LOCK.least)
