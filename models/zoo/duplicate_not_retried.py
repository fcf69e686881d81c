"""LP1534447: what a unique constraint refuses is told as it is.

The interleaving: A finds an address free, B takes it for a port and commits, A's INSERT violates the primary key.

What differs: a unique violation is not retried. Correct code does the work again, finds the address taken, and answers
with the error that says so.

Seen by `errors`: an IntegrityError leaves the operation, at any isolation level but SERIALIZABLE.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import ClassVar

from models.network import Network
from models.transactions import Transactions, sqlstate
from models.zoo.animal import Animal
from models.zoo.duplicate_address import ANIMAL as WITHOUT_KEY


class Literal(Transactions):
    """Does not retry what was free at the check and has been taken since."""

    def retriable(self, error: Exception) -> bool:
        """Whether a fresh attempt may do better."""
        return super().retriable(error) and sqlstate(error) != "23505"


class DuplicateNotRetried(Network):
    """Service operations that a unique constraint breaks off."""

    transactions: ClassVar[Transactions] = Literal()


ANIMAL = Animal(DuplicateNotRetried, bugs=("LP1534447",), kinds=("integrity-error",), least=WITHOUT_KEY.least)
