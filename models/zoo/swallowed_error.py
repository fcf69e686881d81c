"""LP1590316: an error that a retry could mend is made into another one.

The interleaving: A reads a resource, B changes it and commits, A's compare-and-swap finds another revision.

What differs: what breaks a unit of work off is wrapped in an error of the service, as Neutron's callbacks did, before
it is asked whether a fresh attempt may do better. Correct code asks of the error itself.

Seen by `errors`: a StaleDataError hides behind an error that the target declares; or a serialization failure does.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models import seed
from models.errors import ServiceError
from models.network import Network
from models.transactions import Result, Transactions
from models.zoo.animal import Animal, call, preempted


class CallbackFailure(ServiceError):
    """One of those that had to hear of a change has failed."""


class Wrapping(Transactions):
    """Tells of what breaks a unit of work off in its own words."""

    def attempt(self, session: Session, work: Callable[[Session], Result]) -> Result:
        """One transaction."""
        try:
            return super().attempt(session, work)
        except (StaleDataError, DBAPIError) as error:
            raise CallbackFailure(type(error).__name__) from error


class SwallowedError(Network):
    """Service operations that do not know a retriable error when they see it."""

    transactions: ClassVar[Transactions] = Wrapping()


ANIMAL = Animal(
    SwallowedError,
    bugs=("LP1590316",),
    kinds=("hidden-error",),
    least=(
        preempted(
            [call("update_network", network=seed.NETWORK, changes={"name": "a"}, expected=None)],
            1,
            [call("update_network", network=seed.NETWORK, changes={"name": "b"}, expected=None)],
        ),
    ),
)
