"""LP2078787: a list of ports is read in pieces.

The interleaving: A reads the rows of all ports, B deletes one of them and commits, A looks for its standard attributes.

What differs: `list_ports` reads the standard attributes of each port in a statement of its own. Correct code joins them
to the port: one statement, one snapshot.

Seen by `errors`: an AttributeError of None leaves the operation. Under READ COMMITTED only: above it, all statements of
a transaction see the same.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.service import ports
from models.zoo.animal import Animal, call, preempted


class HalfReadPorts(Network):
    """Service operations, one of which takes several looks at what it lists."""

    @operation
    def list_ports(self, session: Session) -> list[dict[str, Any]]:
        """All ports."""
        in_pieces = select(tables.Port).options(lazyload(tables.Port.standard_attr)).order_by(tables.Port.id)
        return self.transactions.run(session, lambda s: [ports.view(port) for port in s.scalars(in_pieces)])


ANIMAL = Animal(
    HalfReadPorts,
    bugs=("LP2078787",),
    kinds=("vanished-row", "read-skew"),
    least=(preempted([call("list_ports")], 1, [call("delete_port", port=seed.PORT, expected=None)]),),
)
