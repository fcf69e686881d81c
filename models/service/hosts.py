"""The hosts that a port is bound to: one of them active, others in waiting while it is being moved."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.errors import BindingExists, BindingNotFound
from models.service import ports
from models.tables import Port, PortBinding

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"


def bind(session: Session, port_id: str, host: str) -> dict[str, Any]:
    """Bind a port to a host: active if no other is. Raises PortNotFound, BindingExists."""
    port = ports.lock_whole(session, port_id)
    if any(each.host == host for each in port.host_bindings):
        raise BindingExists(f"port {port_id} is bound to {host}")
    status = INACTIVE if any(each.status == ACTIVE for each in port.host_bindings) else ACTIVE
    port.host_bindings.append(PortBinding(host=host, status=status))
    session.flush()
    return ports.view(port)


def activate(session: Session, port_id: str, host: str) -> dict[str, Any]:
    """Make one binding the active one. Raises PortNotFound, BindingNotFound."""
    # Of two, the second waits here and finds the first's done. Upstream looked for an inactive binding without a lock:
    # who came second found none any more, and went on with it all the same (LP1986003).
    port = ports.lock_whole(session, port_id)
    find(port, host)
    for each in port.host_bindings:
        each.status = ACTIVE if each.host == host else INACTIVE
    session.flush()
    return ports.view(port)


def unbind(session: Session, port_id: str, host: str) -> dict[str, Any]:
    """Take a port from a host. Raises PortNotFound, BindingNotFound."""
    port = ports.lock_whole(session, port_id)
    port.host_bindings.remove(find(port, host))
    session.flush()
    return ports.view(port)


def find(port: Port, host: str) -> PortBinding:
    """A port's binding to a host. Raises BindingNotFound."""
    for binding in port.host_bindings:
        if binding.host == host:
            return binding
    raise BindingNotFound(f"port {port.id} is not bound to {host}")
