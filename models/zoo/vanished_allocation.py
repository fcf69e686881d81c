"""LP1865891: a port loses its address with the subnet that it is from.

The interleaving: A finds no address of the subnet taken, B adds a port with one and commits, A deletes the subnet, and
PostgreSQL the address with it.

What differs: `delete_subnet` locks the subnet when it has looked already. Correct code locks first: B waits, and finds
no subnet.

Seen by `revisions`: the port has lost its address, and its number did not grow. Under READ COMMITTED only: above it,
PostgreSQL refuses to cascade to a row that A cannot see.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.shared import EXPECTED
from models.operations.subnets import SUBNET
from models.service import rows, subnets
from models.zoo.animal import Animal, call, preempted


class VanishedAllocation(Network):
    """Service operations, one of which locks after its check."""

    @operation(subnet=SUBNET, expected=EXPECTED)
    def delete_subnet(self, session: Session, subnet: str, expected: int | None) -> None:
        """Remove a subnet."""
        self._delete(session, tables.Subnet, subnet, expected, lambda s: _delete(s, subnet))


def _delete(session: Session, subnet_id: str) -> None:
    subnets.check_unused(session, subnet_id)
    rows.lock(session, tables.Subnet, subnet_id, delete=True)
    session.delete(rows.load(session, tables.Subnet, subnet_id))


ANIMAL = Animal(
    VanishedAllocation,
    bugs=("LP1865891",),
    kinds=("stuck-revision", "lost-update"),
    least=(
        preempted(
            [call("delete_subnet", subnet=seed.FREE_SUBNET, expected=None)],
            1,
            [call("create_port", network=seed.NETWORK, subnet=seed.FREE_SUBNET, mac_address=seed.MACS[2])],
        ),
    ),
)
