"""LP1625981: the result carries the revision before the change.

The interleaving: none is needed.

What differs: `update_network` makes its result before it flushes. Correct code flushes first, as the flush is what
raises the number.

Seen by `revisions`: the number that the call returned is not the one that it committed.

Least: 1 call, 0 switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.networks import NETWORK
from models.operations.shared import CHANGES, EXPECTED
from models.service import networks, rows
from models.zoo.animal import Animal, alone, call


class ResultBeforeFlush(Network):
    """Service operations, one of which answers too early."""

    @operation(network=NETWORK, changes=CHANGES, expected=EXPECTED)
    def update_network(
        self, session: Session, network: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a network."""
        return self._update(session, tables.Network, network, expected, lambda s: _update(s, network, changes))


def _update(session: Session, network_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    network = rows.load(session, tables.Network, network_id, *networks.whole())
    rows.change(network, changes, networks.CHANGEABLE)
    return networks.view(network)


ANIMAL = Animal(
    ResultBeforeFlush,
    bugs=("LP1625981",),
    kinds=("wrong-revision-returned",),
    least=(alone(call("update_network", network=seed.NETWORK, changes={"name": "a"}, expected=None)),),
)
