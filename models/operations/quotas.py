"""Quotas."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.operations.shared import _Operations
from models.service import quotas

PROJECT = st.sampled_from(seed.PROJECTS)
RESERVATION = st.sampled_from([seed.RESERVATION])
RESOURCE = "network"


class _Quotas(_Operations):
    """What is done with quotas, of networks."""

    @operation(project=PROJECT)
    def read_quota(self, session: Session, project: str) -> dict[str, Any]:
        """A project's limit and what counts against it."""
        return self.transactions.run(session, lambda s: quotas.read(s, project, RESOURCE))

    @operation
    def list_quotas(self, session: Session) -> list[dict[str, Any]]:
        """All limits that differ from the default."""
        return self.transactions.run(session, quotas.read_all)

    @operation(project=PROJECT, limit=st.sampled_from([0, 1, 3]))
    def set_quota(self, session: Session, project: str, limit: int) -> dict[str, Any]:
        """Give a project a limit of its own."""
        return self.transactions.run(session, lambda s: quotas.set_limit(s, project, RESOURCE, limit))

    @operation(project=PROJECT)
    def reset_quota(self, session: Session, project: str) -> dict[str, Any]:
        """Give a project the default limit."""
        return self.transactions.run(session, lambda s: quotas.reset_limit(s, project, RESOURCE))

    @operation(project=PROJECT, amount=st.sampled_from([1, 2]))
    def reserve(self, session: Session, project: str, amount: int) -> dict[str, Any]:
        """Put something aside for a project."""
        return self.transactions.run(session, lambda s: quotas.reserve(s, project, RESOURCE, amount))

    @operation(reservation=RESERVATION)
    def read_reservation(self, session: Session, reservation: str) -> dict[str, Any]:
        """What is put aside."""
        return self.transactions.run(session, lambda s: quotas.read_reservation(s, reservation))

    @operation
    def list_reservations(self, session: Session) -> list[dict[str, Any]]:
        """All that is put aside."""
        return self.transactions.run(session, quotas.read_all_reservations)

    @operation(reservation=RESERVATION)
    def commit_reservation(self, session: Session, reservation: str) -> dict[str, Any]:
        """Use what has been put aside."""
        return self.transactions.run(session, lambda s: quotas.commit(s, reservation))

    @operation(reservation=RESERVATION)
    def cancel_reservation(self, session: Session, reservation: str) -> dict[str, Any]:
        """Give back what has been put aside."""
        return self.transactions.run(session, lambda s: quotas.cancel(s, reservation))
