"""What d841ce72bf mended: whoever writes a parent's children fails all others who do.

The interleaving: A changes one subnet and has read the network, B changes the other subnet, which raises the network,
and commits, A's compare-and-swap of the network fails. With as many such writers as attempts, somebody gives up.

What differs: the related bump is a compare-and-swap, and there are fewer attempts than writers: one. Correct code lets
the database add, and the two do not meet.

Seen by `errors`: a unit of work is given up. Under READ COMMITTED; above it, PostgreSQL refuses a blind bump as well.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import ClassVar

from models import seed
from models.network import Network
from models.revisions import Revisions
from models.transactions import Transactions
from models.zoo.animal import Animal, call, preempted


class StormingChildren(Network):
    """Service operations whose related bumps refuse one another."""

    isolation: ClassVar[tuple[str, ...]] = ("rc",)
    transactions: ClassVar[Transactions] = Transactions(Revisions(compare_and_swap=True), attempts=1)


ANIMAL = Animal(
    StormingChildren,
    bugs=("d841ce72bf",),
    kinds=("unhandled-error",),
    least=(
        preempted(
            [call("update_subnet", subnet=seed.SUBNET, changes={"name": "a"}, expected=None)],
            1,
            [call("update_subnet", subnet=seed.FREE_SUBNET, changes={"name": "a"}, expected=None)],
        ),
    ),
)
