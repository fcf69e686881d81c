"""LP2160024: more is put aside for a project than it may have.

The interleaving: A finds that there is room for one more, B puts one aside and commits, A puts another aside.

What differs: `reserve` looks at the row of usage before it has it for itself. (Upstream has no such row: it adds up the
reservations, and counted too few.) Correct code locks first, so that the second counts what the first has put aside.

Seen by `serial`: both calls succeed, where the second is refused in either order. Under READ COMMITTED only: above it,
PostgreSQL refuses A's write of the row.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.quotas import PROJECT, RESOURCE
from models.service import quotas
from models.zoo.animal import Animal, call, preempted


class ExceededQuota(Network):
    """Service operations, one of which locks after its check."""

    @operation(project=PROJECT, amount=st.sampled_from([1, 2]))
    def reserve(self, session: Session, project: str, amount: int) -> dict[str, Any]:
        """Put something aside for a project."""
        return self.transactions.run(session, lambda s: _reserve(s, project, amount))


def _reserve(session: Session, project_id: str, amount: int) -> dict[str, Any]:
    quotas.check_room(session, project_id, RESOURCE, amount)
    return quotas.put_aside(session, quotas.claim(session, project_id, RESOURCE), amount)


_ONE = [call("reserve", project=seed.PROJECT, amount=1)]

ANIMAL = Animal(
    ExceededQuota,
    bugs=("LP2160024",),
    kinds=("lost-update", "write-skew", "phantom"),
    least=(preempted(_ONE, 1, _ONE),),
)
