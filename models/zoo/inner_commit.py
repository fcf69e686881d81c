"""LP1706750: half of a request is committed by what it calls, and stays when the rest is refused.

The interleaving: A finds an address free, gives up the port's old one and commits, B takes the address and commits,
A is refused, and its port has no address.

What differs: the old address is given up in a transaction of its own. Correct code gives it up and takes the new one in
one transaction.

Seen by `serial`: a call is refused and has changed something all the same; or by `sessions`, with another call that
moves the port in between: the second half goes on by what the first one saw. At any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.case import Call
from models import seed
from models.network import Network
from models.operations.ports import ADDRESS, PORT
from models.operations.shared import EXPECTED
from models.operations.subnets import SUBNET
from models.revisions import Expectation
from models.service import ports, rows
from models.service.addresses import allocate
from models.tables import Port
from models.zoo.animal import Animal, call, preempted


class InnerCommit(Network):
    """Service operations, one of which is committed by halves."""

    @operation(port=PORT, subnet=SUBNET, address=ADDRESS, expected=EXPECTED)
    def move_port(
        self, session: Session, port: str, subnet: str, address: str | None, expected: int | None
    ) -> dict[str, Any]:
        """Give a port another address."""

        def give_up(session: Session) -> None:
            rows.lock(session, Port, port)
            found = rows.load(session, Port, port)
            if any(each.subnet_id == subnet and address in {None, each.ip_address} for each in found.allocations):
                return
            allocate(session, found.network_id, subnet, address)
            found.allocations = []

        condition = None if expected is None else Expectation(Port, port, expected)
        self.transactions.run(session, give_up, condition)
        return self.transactions.run(session, lambda s: ports.move(s, port, subnet, address))


def _moved(port: str) -> list[Call]:
    return [call("move_port", port=port, subnet=seed.SUBNET, address=seed.ADDRESSES[2], expected=None)]


ANIMAL = Animal(
    InnerCommit,
    bugs=("LP1706750",),
    kinds=("no-serial-order", "write-skew", "phantom", "stale-session-read"),
    least=(preempted(_moved(seed.PORT), 9, _moved(seed.OTHER_PORT)),),
)
