"""LP1534445: two floating IPs stand for one address.

The interleaving: A finds that no floating IP of the network stands for a port's address, B lets one stand for it and
commits, A lets another.

What differs: there is no unique constraint on what a floating IP stands for, and `associate_floating_ip` does not lock
the port before it looks. Correct code locks, and would meet the constraint if it did not.

Seen by `serial`: both calls succeed, where the second is refused in either order. Under READ COMMITTED only: above it,
PostgreSQL refuses A's touch of the router that both go through.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import operation
from fuzz.case import Call
from models import seed, tables
from models.network import Network
from models.operations.floatingips import FLOATING_IP, PORT
from models.operations.shared import EXPECTED
from models.service import floatingips
from models.zoo.animal import Animal, call, preempted

TRIPLE = "floatingips_floating_network_id_fixed_port_id_fixed_ip_addr_key"


class TwoFloatingIPs(Network):
    """Service operations, one of which checks without a lock, and without a constraint behind it."""

    def create(self, engine: Engine) -> None:
        """Make the schema, less the constraint."""
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE floatingips DROP CONSTRAINT {TRIPLE}"))

    @operation(floating_ip=FLOATING_IP, port=PORT, expected=EXPECTED)
    def associate_floating_ip(
        self, session: Session, floating_ip: str, port: str, expected: int | None = None
    ) -> dict[str, Any]:
        """Let a floating IP stand for a port."""
        return self._update(
            session, tables.FloatingIP, floating_ip, expected, lambda s: floatingips.stand_for(s, floating_ip, port)
        )


def _associate(floating_ip: str) -> list[Call]:
    return [call("associate_floating_ip", floating_ip=floating_ip, port=seed.PORT, expected=None)]


ANIMAL = Animal(
    TwoFloatingIPs,
    bugs=("LP1534445",),
    kinds=("write-skew", "phantom", "lost-update", "no-serial-order"),
    least=(preempted(_associate(seed.FREE_FLOATING_IP), 4, _associate(seed.FLOATING_IP)),),
)
