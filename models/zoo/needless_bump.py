"""LP2065094: an update that changes nothing raises the revision.

The interleaving: none is needed.

What differs: the plugin takes what the session calls dirty for changed: anything that was assigned to. Correct code
asks of each object whether a column has another value now.

Seen by `revisions`: the resource's number grows though nothing has changed.

Least: 2 calls, 0 switches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy.orm import Session

from models import seed
from models.network import Network
from models.revisions import Revisions
from models.tables import Base
from models.transactions import Transactions
from models.zoo.animal import Animal, alone, call


class Dirty(Revisions):
    """Takes an assignment for a change."""

    def modified(self, session: Session) -> Iterator[Base]:
        """What a flush looks at."""
        return (each for each in session.dirty if isinstance(each, Base))


class NeedlessBump(Network):
    """Service operations that raise a revision too easily."""

    transactions: ClassVar[Transactions] = Transactions(Dirty())


UPDATE = call("update_network", network=seed.NETWORK, changes={"name": "a"}, expected=None)
ANIMAL = Animal(NeedlessBump, bugs=("LP2065094",), kinds=("needless-bump",), least=(alone(UPDATE, UPDATE),))
