"""LP1986003: of two who activate a binding, the second finds none that is inactive, and goes on with it.

The interleaving: A finds that a port's binding to a host is not the active one, B activates it and commits, A looks for
the inactive binding, to lock it, and gets None.

What differs: `activate_host` does not lock the port before it looks. Correct code locks: the second finds the binding
active, which is all that it wants.

Seen by `errors`: an AttributeError leaves the operation. Under READ COMMITTED only: above it, A finds what it has seen,
and PostgreSQL refuses the lock.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed
from models.network import Network
from models.operations.ports import HOST, PORT
from models.service import hosts, ports, rows
from models.tables import Port, PortBinding
from models.zoo.animal import Animal, call, preempted


class LateActivation(Network):
    """Service operations, one of which takes for granted what it has seen."""

    @operation(port=PORT, host=HOST)
    def activate_host(self, session: Session, port: str, host: str) -> dict[str, Any]:
        """Make a host that a port is bound to the active one."""
        return self.transactions.run(session, lambda s: _activate(s, port, host))


def _activate(session: Session, port_id: str, host: str) -> dict[str, Any]:
    port = rows.load(session, Port, port_id, *ports.whole())
    if hosts.find(port, host).status == hosts.ACTIVE:
        return ports.view(port)
    inactive = select(PortBinding).where(
        PortBinding.port_id == port_id, PortBinding.host == host, PortBinding.status == hosts.INACTIVE
    )
    chosen: Any = session.scalars(inactive.with_for_update()).one_or_none()  # Any: it is never None, is it?
    for each in port.host_bindings:
        each.status = hosts.INACTIVE
    chosen.status = hosts.ACTIVE
    session.flush()
    return ports.view(port)


_ACTIVATE = [call("activate_host", port=seed.OTHER_PORT, host=seed.OTHER_HOST)]

ANIMAL = Animal(
    LateActivation,
    bugs=("LP1986003",),
    kinds=("vanished-row", "unhandled-error"),
    least=(preempted(_ACTIVATE, 1, _ACTIVATE),),
)
