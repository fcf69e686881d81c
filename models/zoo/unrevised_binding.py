"""LP1699034: a port's binding is no change of the port.

The interleaving: none is needed. What it led to: two states of a port carry one number, and whoever compares takes the
first for the second.

What differs: a binding that comes or goes does not raise the port's number. Correct code has `revises_on_change` there.

Seen by `revisions`: the port's number stands still.

Least: 1 call, 0 switches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy.orm import Session

from models import seed
from models.network import Network
from models.revisions import Revisions
from models.tables import Base, SecurityGroupPortBinding, StandardAttribute
from models.transactions import Transactions
from models.zoo.animal import Animal, alone, call


class WithoutBindings(Revisions):
    """Takes a binding for nobody's business."""

    def related(self, session: Session, changed: Base) -> Iterator[StandardAttribute]:
        """The standard attributes of all resources that `changed` revises."""
        if not isinstance(changed, SecurityGroupPortBinding):
            yield from super().related(session, changed)


class UnrevisedBinding(Network):
    """Service operations, some of which change a port unnoticed."""

    transactions: ClassVar[Transactions] = Transactions(WithoutBindings())


ANIMAL = Animal(
    UnrevisedBinding,
    bugs=("LP1699034",),
    kinds=("stuck-revision",),
    least=(alone(call("bind_port", port=seed.PORT, group=seed.FREE_GROUP)),),
)
