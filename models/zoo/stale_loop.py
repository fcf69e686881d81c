"""LP1623990: a loop that reads again, and gets what the session knows already.

The interleaving: A reads a network with its subnet, B changes the network and commits, A swaps the number that it has
read, in vain, reads it again and finds the same one in its identity map, for ever.

What differs: the related bump is a compare-and-swap in a loop, which does not expire what it reads. (Neutron's does not
end; this one gives up.) Correct code lets the database add, or expires the object first.

Seen by `errors`: an error that nobody expects leaves the operation. Under READ COMMITTED only: above it, PostgreSQL
refuses A's write.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models import seed
from models.network import Network
from models.revisions import Revisions
from models.tables import StandardAttribute
from models.transactions import ATTEMPTS, Transactions
from models.zoo.animal import Animal, call, preempted


class Endless(Exception):
    """It would go on for ever."""


class SwapInLoop(Revisions):
    """Raises related revisions by compare-and-swap, until it works."""

    def bump_related(self, session: Session, pending: Iterable[StandardAttribute]) -> None:
        """Raise each number by itself."""
        for standard_attr in sorted(pending, key=lambda each: each.id):
            set_committed_value(standard_attr, "revision_number", _swap(session, standard_attr.id))


def _swap(session: Session, key: int) -> int:
    read = select(StandardAttribute).where(StandardAttribute.id == key)
    for _ in range(ATTEMPTS):
        number = session.scalars(read).one().revision_number
        swapped = session.execute(
            update(StandardAttribute)
            .where(StandardAttribute.id == key, StandardAttribute.revision_number == number)
            .values(revision_number=number + 1)
            .returning(StandardAttribute.id),
            execution_options={"synchronize_session": False},
        )
        if swapped.one_or_none() is not None:
            return number + 1
    raise Endless


class StaleLoop(Network):
    """Service operations whose related bumps wait for what they never see."""

    transactions: ClassVar[Transactions] = Transactions(SwapInLoop())


ANIMAL = Animal(
    StaleLoop,
    bugs=("LP1623990",),
    kinds=("unhandled-error",),
    least=(
        preempted(
            [call("update_subnet", subnet=seed.SUBNET, changes={"name": "a"}, expected=None)],
            1,
            [call("update_network", network=seed.NETWORK, changes={"name": "a"}, expected=None)],
        ),
    ),
)
