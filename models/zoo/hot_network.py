"""LP1782421, taken back as LP1787028: every change of a port is one of its network.

The interleaving: none is needed. What it led to: all ports of a network are created one after the other, as each writes
the network's row.

What differs: the plugin raises the network's number with a port's. Correct code does not: a network knows nothing of
its ports.

Seen by `revisions`: the network's number grows though nothing of it has changed.

Least: 1 call, 0 switches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy.orm import Session

from models import network, seed
from models.revisions import Revisions
from models.tables import Base, Network, Port, StandardAttribute
from models.transactions import Transactions
from models.zoo.animal import Animal, alone, call


class PortsReviseNetworks(Revisions):
    """Takes a change of a port for one of its network."""

    def related(self, session: Session, changed: Base) -> Iterator[StandardAttribute]:
        """The standard attributes of all resources that `changed` revises."""
        yield from super().related(session, changed)
        if isinstance(changed, Port):
            yield session.get_one(Network, changed.network_id).standard_attr


class HotNetwork(network.Network):
    """Service operations that meet at the row of the network."""

    transactions: ClassVar[Transactions] = Transactions(PortsReviseNetworks())


ANIMAL = Animal(
    HotNetwork,
    bugs=("LP1782421", "LP1787028"),
    kinds=("needless-bump",),
    least=(alone(call("update_port", port=seed.PORT, changes={"name": "a"}, expected=None)),),
)
