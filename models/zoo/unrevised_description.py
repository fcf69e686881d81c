"""LP1981817: a description is no change of the resource.

The interleaving: none is needed.

What differs: the plugin looks for changed resources only, and the description is a column of their standard attributes.
Correct code looks at both.

Seen by `revisions`: the resource's number stands still.

Least: 1 call, 0 switches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy.orm import Session

from models import seed
from models.network import Network
from models.revisions import Revisions
from models.tables import Base, StandardAttribute
from models.transactions import Transactions
from models.zoo.animal import Animal, alone, call


class ResourcesOnly(Revisions):
    """Looks at resources, not at what they have in common."""

    def modified(self, session: Session) -> Iterator[Base]:
        """What a flush would update."""
        return (each for each in super().modified(session) if not isinstance(each, StandardAttribute))


class UnrevisedDescription(Network):
    """Service operations, some of which change a resource unnoticed."""

    transactions: ClassVar[Transactions] = Transactions(ResourcesOnly())


ANIMAL = Animal(
    UnrevisedDescription,
    bugs=("LP1981817",),
    kinds=("stuck-revision",),
    least=(alone(call("update_network", network=seed.NETWORK, changes={"description": "a"}, expected=None)),),
)
