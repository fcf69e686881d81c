"""What the operations of all families have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models import tables
from models.reference import _Reference
from models.revisions import Expectation

EXPECTED = st.sampled_from([None, 0, 1])
NAME = st.sampled_from(["a", "b"])
DESCRIPTION = st.sampled_from([{"description": "a"}, {"description": "b"}])
CHANGES = st.sampled_from([{"name": "a"}, {"name": "b"}, {"description": "a"}, {"name": "b", "description": "b"}])


class _Operations(_Reference):
    """Units of work, each in a transaction of its own."""

    def _update(
        self,
        session: Session,
        model: type[tables.Resource],
        resource_id: str,
        expected: int | None,
        work: Callable[[Session], dict[str, Any]],
    ) -> dict[str, Any]:
        if expected is None:
            return self.transactions.run(session, work)
        result = self.transactions.run(session, work, Expectation(model, resource_id, expected))
        # What If-Match promises: an accepted update went by that revision and wrote the next, if it wrote at all.
        assert result["revision_number"] in {expected, expected + 1}, (
            f"{resource_id} was to be changed at revision {expected} only, and is at {result['revision_number']} now"
        )
        return result

    def _delete(
        self,
        session: Session,
        model: type[tables.Resource],
        resource_id: str,
        expected: int | None,
        work: Callable[[Session], None],
    ) -> None:
        condition = None if expected is None else Expectation(model, resource_id, expected)
        self.transactions.run(session, work, condition)
