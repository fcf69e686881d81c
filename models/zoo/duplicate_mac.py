"""LP1194565: two ports of a network with one MAC address.

The interleaving: A finds that no port has the address, B adds a port that has it and commits, A adds its own.

What differs: there is no unique constraint on a port's network and MAC address. Correct code has it, and answers its
violation with another look.

Seen by `serial`: both calls succeed, where the second is refused in either order. Under READ COMMITTED and REPEATABLE
READ.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

from fuzz.case import Call
from models import seed
from models.network import Network
from models.zoo.animal import Animal, call, preempted


class DuplicateMac(Network):
    """Service operations without a constraint behind their check."""

    def create(self, engine: Engine) -> None:
        """Make the schema, less the constraint."""
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE ports DROP CONSTRAINT ports_network_id_mac_address_key"))


def _update(port: str) -> list[Call]:
    return [call("update_port", port=port, changes={"mac_address": seed.MACS[2]}, expected=None)]


ANIMAL = Animal(
    DuplicateMac,
    bugs=("LP1194565",),
    kinds=("write-skew", "phantom"),
    least=(preempted(_update(seed.PORT), 2, _update(seed.OTHER_PORT)),),
)
