"""LP1571666: an error that a retry could mend is replaced by the one of cleaning up after it.

The interleaving: A finds an address free, B takes it for a port and commits, A's INSERT violates the primary key, and
what A does about that fails, too.

What differs: `move_port` asks the session, on a failed flush, who has the address; Neutron's nested transaction went
back to a savepoint that was gone. Correct code leaves the error alone, and the work is done again.

Seen by `errors`: a PendingRollbackError leaves the operation, at any isolation level; where what failed was no flush,
as above READ COMMITTED, it is PostgreSQL's error for statements of a transaction that has failed.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fuzz import operation
from models import tables
from models.errors import AddressInUse
from models.network import Network
from models.operations.ports import ADDRESS, PORT
from models.operations.shared import EXPECTED
from models.operations.subnets import SUBNET
from models.service import ports
from models.zoo.animal import Animal
from models.zoo.duplicate_address import ANIMAL as WITHOUT_KEY


class ReplacedError(Network):
    """Service operations, one of which goes on with a session that must be rolled back."""

    @operation(port=PORT, subnet=SUBNET, address=ADDRESS, expected=EXPECTED)
    def move_port(
        self, session: Session, port: str, subnet: str, address: str | None, expected: int | None
    ) -> dict[str, Any]:
        """Give a port another address."""
        return self._update(session, tables.Port, port, expected, lambda s: _move(s, port, subnet, address))


def _move(session: Session, port: str, subnet: str, address: str | None) -> dict[str, Any]:
    try:
        return ports.move(session, port, subnet, address)
    except DBAPIError:
        holder = select(tables.IPAllocation.port_id).where(tables.IPAllocation.ip_address == address)
        raise AddressInUse(f"port {session.scalar(holder)} has {address}") from None


ANIMAL = Animal(
    ReplacedError, bugs=("LP1571666",), kinds=("pending-rollback", "unhandled-error"), least=WITHOUT_KEY.least
)
