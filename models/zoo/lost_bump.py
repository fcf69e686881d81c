"""Neutron's d841ce72bf, gone about the wrong way: a related bump that loses another one.

The interleaving: A changes one subnet and reads the network's revision, B changes the other subnet, raises the network
from that same revision and commits, A writes what B has written already.

What differs: the related bump reads the number, adds one, and writes it, without a look at what it replaces. Correct
code lets the database add.

Seen by `revisions`: the network's number stands still over A's change. Under READ COMMITTED only: above it, PostgreSQL
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
from models.transactions import Transactions
from models.zoo.animal import Animal, call, preempted


class ReadThenWrite(Revisions):
    """Raises related revisions in Python, without compare-and-swap."""

    def bump_related(self, session: Session, pending: Iterable[StandardAttribute]) -> None:
        """Raise each number by itself."""
        for standard_attr in sorted(pending, key=lambda each: each.id):
            row = StandardAttribute.id == standard_attr.id
            number = session.scalars(select(StandardAttribute.revision_number).where(row)).one() + 1
            session.execute(
                update(StandardAttribute).where(row).values(revision_number=number),
                execution_options={"synchronize_session": False},
            )
            set_committed_value(standard_attr, "revision_number", number)


class LostBump(Network):
    """Service operations whose related bumps overwrite one another."""

    transactions: ClassVar[Transactions] = Transactions(ReadThenWrite())


ANIMAL = Animal(
    LostBump,
    bugs=("d841ce72bf",),
    kinds=("stuck-revision",),
    least=(
        preempted(
            [call("update_subnet", subnet=seed.SUBNET, changes={"name": "a"}, expected=None)],
            4,
            [call("update_subnet", subnet=seed.FREE_SUBNET, changes={"name": "a"}, expected=None)],
        ),
    ),
)
