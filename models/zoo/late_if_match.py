"""LP1493714 and LP1909008: If-Match is checked after the bump, and once for a request that is retried.

The interleaving: A reads a resource at the revision that its caller expects, B changes it and commits, A's
compare-and-swap fails; A tries again, and nothing remembers what was expected.

What differs: the plugin first raises the revision and then looks at If-Match (so it has to allow for what it has
raised), and its look uses the expectation up. Correct code looks first, and in every attempt.

Seen by `errors`: the target says what If-Match means, that an accepted update wrote the revision after the expected
one, if any; an AssertionError leaves the operation. At any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Session

from models import seed
from models.network import Network
from models.revisions import Revisions, compare, state
from models.transactions import Transactions
from models.zoo.animal import Animal, call, preempted


class BumpThenLook(Revisions):
    """Raises revisions, then holds the session to If-Match; once."""

    def before_flush(self, session: Session, _context: Any, _instances: Any) -> None:
        """Raise what has changed, find what else that changes, and look at If-Match."""
        self.bump_modified(session)
        self.collect_related(session)
        self.check_expected(session)

    def check_expected(self, session: Session) -> None:
        """Compare the number that the resource had before the bump; nothing is expected any more."""
        known = state(session)
        expected, known.expected = known.expected, None
        resource = None if expected is None else session.get(expected.model, expected.id)
        if expected is not None and resource is not None:
            standard_attr = resource.standard_attr
            compare(expected, standard_attr.revision_number - (standard_attr in known.bumped))


class LateIfMatch(Network):
    """Service operations whose If-Match is forgotten by a retry."""

    transactions: ClassVar[Transactions] = Transactions(BumpThenLook())


ANIMAL = Animal(
    LateIfMatch,
    bugs=("LP1493714", "LP1909008"),
    kinds=("unhandled-error", "no-serial-order"),
    least=(
        preempted(
            [call("update_network", network=seed.NETWORK, changes={"name": "a"}, expected=0)],
            1,
            [call("update_network", network=seed.NETWORK, changes={"name": "b"}, expected=None)],
        ),
    ),
)
