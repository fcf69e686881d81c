"""LP1623402: a foreign key's violation is told as it is.

The interleaving: A finds a security group and is about to add a rule that names it as remote group, B deletes it and
commits, A's INSERT violates the foreign key.

What differs: a foreign key violation is not retried. Correct code does the work again, and finds nothing there.

Seen by `errors`: an IntegrityError leaves the operation. Under READ COMMITTED only: above it, PostgreSQL cannot
serialize a reference to a row that A still sees, and that is retried.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import ClassVar

from models import seed
from models.network import Network
from models.transactions import Transactions, sqlstate
from models.zoo.animal import Animal, call, preempted


class Literal(Transactions):
    """Does not retry what was there at the check and has been deleted since."""

    def retriable(self, error: Exception) -> bool:
        """Whether a fresh attempt may do better."""
        return super().retriable(error) and sqlstate(error) != "23503"


class ReferenceNotRetried(Network):
    """Service operations that a foreign key breaks off."""

    transactions: ClassVar[Transactions] = Literal()


ANIMAL = Animal(
    ReferenceNotRetried,
    bugs=("LP1623402",),
    kinds=("integrity-error",),
    least=(
        preempted(
            [call("create_rule", group=seed.GROUP, protocol="tcp", remote_group=seed.FREE_GROUP)],
            3,
            [call("delete_security_group", group=seed.FREE_GROUP, expected=None)],
        ),
    ),
)
