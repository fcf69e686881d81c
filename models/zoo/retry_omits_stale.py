"""LP1673243, LP1654998, LP1743579 and others: a retry that leaves StaleDataError out.

The interleaving: A reads a resource, B changes it and commits, A's compare-and-swap finds another revision.

What differs: StaleDataError is not retried. Correct code does the work again on the new revision.

Seen by `errors`: a StaleDataError leaves the operation. Under READ COMMITTED only: above it, PostgreSQL refuses A's
write with a serialization failure, which is retried.

The least case: update_network(net-1) in both (or any two changes of one resource): 2 calls, 2 context switches.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm.exc import StaleDataError

from models import network
from models.transactions import Transactions


class Careless(Transactions):
    """Retries what the database refuses, but not what the ORM does."""

    def retriable(self, error: Exception) -> bool:
        """Whether a fresh attempt may do better."""
        return super().retriable(error) and not isinstance(error, StaleDataError)


class RetryOmitsStale(network.Network):
    """Service operations that a compare-and-swap breaks off."""

    transactions: ClassVar[Transactions] = Careless()
