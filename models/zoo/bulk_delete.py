"""Neutron's 9dea90d453: rows are deleted behind the ORM's back.

The interleaving: none is needed.

What differs: `unbind_port` deletes bindings with one statement, of which no event tells. Correct code deletes objects,
so that the plugin sees what they revise.

Seen by `revisions`: the port's number stands still.

Least: 1 call, 0 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.ports import PORT
from models.operations.securitygroups import GROUP
from models.service import ports, rows
from models.tables import SecurityGroupPortBinding
from models.zoo.animal import Animal, alone, call


class BulkDelete(Network):
    """Service operations, one of which deletes without the ORM."""

    @operation(port=PORT, group=GROUP)
    def unbind_port(self, session: Session, port: str, group: str) -> dict[str, Any]:
        """Let a port use a security group no more."""
        return self.transactions.run(session, lambda s: _unbind(s, port, group))


def _unbind(session: Session, port_id: str, group_id: str) -> dict[str, Any]:
    rows.lock(session, tables.Port, port_id)
    session.execute(
        delete(SecurityGroupPortBinding).where(
            SecurityGroupPortBinding.port_id == port_id, SecurityGroupPortBinding.security_group_id == group_id
        )
    )
    return ports.read(session, port_id)


ANIMAL = Animal(
    BulkDelete,
    bugs=("9dea90d453",),
    kinds=("stuck-revision",),
    least=(alone(call("unbind_port", port=seed.PORT, group=seed.GROUP)),),
)
