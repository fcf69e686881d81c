"""LP1534447: two ports with one address.

The interleaving: A finds an address free, B takes it for a port and commits, A takes it for another.

What differs: the port is part of the primary key of the addresses taken, so that it holds nobody off. In correct code
an address is taken once, and the one who comes second looks again.

Seen by `serial`: both ports have the address, where the second gets the next one in either order. Under READ COMMITTED
and REPEATABLE READ.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

from fuzz.case import Call
from models import seed
from models.network import Network
from models.zoo.animal import Animal, call, preempted


class DuplicateAddress(Network):
    """Service operations without a constraint behind their check."""

    def create(self, engine: Engine) -> None:
        """Make the schema, with a key that is too wide."""
        super().create(engine)
        columns = "ip_address, subnet_id, network_id, port_id"
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE ipallocations DROP CONSTRAINT ipallocations_pkey"))
            connection.execute(text(f"ALTER TABLE ipallocations ADD PRIMARY KEY ({columns})"))


def _move(port: str) -> list[Call]:
    return [call("move_port", port=port, subnet=seed.SUBNET, address="10.0.0.4", expected=None)]


ANIMAL = Animal(
    DuplicateAddress,
    bugs=("LP1534447",),
    kinds=("write-skew", "phantom"),
    least=(preempted(_move(seed.PORT), 4, _move(seed.OTHER_PORT)),),
)
