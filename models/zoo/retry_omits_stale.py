"""LP1673243: a retry that leaves StaleDataError out.

The interleaving: A reads a resource, B changes it and commits, A's compare-and-swap finds another revision.

What differs: StaleDataError is not retried. Correct code does the work again on the new revision.

Seen by `errors`: a StaleDataError leaves the operation. Under READ COMMITTED only: above it, PostgreSQL refuses A's
write with a serialization failure, which is retried.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm.exc import StaleDataError

from models import seed
from models.network import Network
from models.transactions import Transactions
from models.zoo.animal import Animal, call, preempted


class Careless(Transactions):
    """Retries what the database refuses, but not what the ORM does."""

    def retriable(self, error: Exception) -> bool:
        """Whether a fresh attempt may do better."""
        return super().retriable(error) and not isinstance(error, StaleDataError)


class RetryOmitsStale(Network):
    """Service operations that a compare-and-swap breaks off."""

    transactions: ClassVar[Transactions] = Careless()


ANIMAL = Animal(
    RetryOmitsStale,
    bugs=("LP1673243",),
    kinds=("stale-data",),
    least=(
        preempted(
            [call("update_network", network=seed.NETWORK, changes={"name": "a"}, expected=None)],
            1,
            [call("update_network", network=seed.NETWORK, changes={"name": "b"}, expected=None)],
        ),
    ),
)
