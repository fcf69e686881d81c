"""LP2065577: the result carries the revision before a second transaction of the same request.

The interleaving: none is needed.

What differs: `create_port` binds the port in a transaction of its own, and returns what the first one made. Correct
code returns what the last one left.

Seen by `revisions`: the number that the call returned is not the one that it committed.

Least: 1 call, 0 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.ports import MAC
from models.operations.subnets import SUBNET
from models.zoo.animal import Animal, alone, call


class ResultBeforeBinding(Network):
    """Service operations, one of which answers for half of what it does."""

    @operation(network=NETWORK, subnet=SUBNET, mac_address=MAC)
    def create_port(self, session: Session, network: str, subnet: str, mac_address: str) -> dict[str, Any]:
        """Add a port with the subnet's first free address, and let it use a security group."""
        port = super().create_port(session, network, subnet, mac_address)
        self.bind_port(session, port["id"], seed.GROUP)
        return port


ANIMAL = Animal(
    ResultBeforeBinding,
    bugs=("LP2065577",),
    kinds=("wrong-revision-returned",),
    least=(alone(call("create_port", network=seed.NETWORK, subnet=seed.SUBNET, mac_address=seed.MACS[2])),),
)
