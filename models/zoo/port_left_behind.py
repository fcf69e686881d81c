"""LP1543880: of a request that is retried, the first attempt's port is left behind.

The interleaving: A creates a port and commits, B deletes the security group that A's port is to use and commits, A's
binding violates the foreign key, and A tries again from the start: its own port is in the way.

What differs: `create_port` creates and binds in two transactions, and retries both as one. Correct code creates in one
transaction; what takes two must retry each by itself, or take back the first.

Seen by `serial`: the call is refused for the MAC address of the port that it has made.

Least: 2 calls, 2 switches.
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
from models.service import ports
from models.zoo.animal import Animal, call, preempted


class PortLeftBehind(Network):
    """Service operations, one of which has two transactions and one retry."""

    @operation(network=NETWORK, subnet=SUBNET, mac_address=MAC)
    def create_port(self, session: Session, network: str, subnet: str, mac_address: str) -> dict[str, Any]:
        """Add a port with the subnet's first free address, and let it use a security group."""

        def work(session: Session) -> dict[str, Any]:
            port = ports.create(session, network, subnet, mac_address)
            session.commit()
            return ports.bind(session, port["id"], seed.FREE_GROUP)

        return self.transactions.run(session, work)


ANIMAL = Animal(
    PortLeftBehind,
    bugs=("LP1543880",),
    kinds=("no-serial-order", "write-skew", "read-skew"),
    least=(
        preempted(
            [call("create_port", network=seed.NETWORK, subnet=seed.SUBNET, mac_address=seed.MACS[2])],
            11,
            [call("delete_security_group", group=seed.FREE_GROUP, expected=None)],
        ),
    ),
)
