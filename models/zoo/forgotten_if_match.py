"""LP1909008, gone about the wrong way: what a request expects is forgotten by its second attempt.

The interleaving: A finds a resource at the revision that its caller expects, B changes it and commits, A's
compare-and-swap fails; A tries again, and nothing remembers what was expected.

What differs: the look at If-Match uses the expectation up. Correct code holds each attempt to it.

Seen by `errors`: the target says what If-Match means, that an accepted update wrote the revision after the expected
one, if any; an AssertionError leaves the operation. A delete is seen by `serial`. At any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.orm import Session

from models.network import Network
from models.revisions import Revisions, state
from models.transactions import Transactions
from models.zoo.animal import Animal
from models.zoo.late_if_match import ANIMAL as LATE


class UsedUp(Revisions):
    """Looks at If-Match before it raises anything; once."""

    def check_expected(self, session: Session) -> None:
        """Compare the resource's number with the expected one; nothing is expected any more."""
        super().check_expected(session)
        state(session).expected = None


class ForgottenIfMatch(Network):
    """Service operations whose If-Match is for the first attempt only."""

    transactions: ClassVar[Transactions] = Transactions(UsedUp())


ANIMAL = Animal(ForgottenIfMatch, bugs=("LP1909008",), kinds=LATE.kinds, least=LATE.least)
