"""Ports: create, read, list, update, delete, move to another address, bind to security groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import MacAddressInUse
from models.service import rows
from models.service.addresses import allocate
from models.tables import Network, Port, SecurityGroup, SecurityGroupPortBinding

CHANGEABLE = frozenset({"name", "description", "device_id", "mac_address"})


def view(port: Port) -> dict[str, Any]:
    """A port as users see it."""
    return rows.view(
        port,
        network_id=port.network_id,
        mac_address=port.mac_address,
        device_id=port.device_id,
        fixed_ips=sorted((each.subnet_id, each.ip_address) for each in port.allocations),
        security_groups=sorted(each.security_group_id for each in port.bindings),
    )


def create(session: Session, network_id: str, subnet_id: str, mac_address: str) -> dict[str, Any]:
    """Add a port with an address.

    Raises:
        NetworkNotFound, SubnetNotFound, MacAddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    rows.require(session, Network, network_id)
    # The MAC first: a port that holds it ends this here. Asked for after the address, it could be free of a port that
    # still had an address a statement ago, which no order of the two transactions gives.
    _check_mac_free(session, network_id, mac_address)
    allocation = allocate(session, network_id, subnet_id)
    port = Port.new(network_id=network_id, mac_address=mac_address, allocations=[allocation], bindings=[])
    session.add(port)
    session.flush()
    return view(port)


def read(session: Session, port_id: str) -> dict[str, Any]:
    """A port. Raises PortNotFound."""
    return view(rows.load(session, Port, port_id, *_whole()))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All ports."""
    return [view(port) for port in rows.load_all(session, Port, *_whole())]


def update(session: Session, port_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a port. Raises PortNotFound, MacAddressInUse, InvalidInput."""
    port = rows.load(session, Port, port_id, *_whole())
    mac_address = changes.get("mac_address", port.mac_address)
    if mac_address != port.mac_address:
        _check_mac_free(session, port.network_id, mac_address)
    rows.change(port, changes, CHANGEABLE)
    session.flush()
    return view(port)


def move(session: Session, port_id: str, subnet_id: str, address: str | None) -> dict[str, Any]:
    """Give a port one address, instead of all that it has; without a wanted one, any on the subnet will do.

    Raises:
        PortNotFound, SubnetNotFound, AddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    rows.lock(session, Port, port_id)  # its addresses are rows of their own: its version does not guard them
    port = rows.load(session, Port, port_id, *_whole())
    if any(each.subnet_id == subnet_id and address in {None, each.ip_address} for each in port.allocations):
        return view(port)
    allocation = allocate(session, port.network_id, subnet_id, address)
    port.allocations = [allocation]
    session.flush()
    return view(port)


def bind(session: Session, port_id: str, group_id: str) -> dict[str, Any]:
    """Let a port use a security group; one that does already stays as it is. Raises NotFound."""
    return view(bound(session, port_id, group_id).port)


def bound(session: Session, port_id: str, group_id: str) -> SecurityGroupPortBinding:
    """The port's use of the group, there already or new. Raises NotFound."""
    rows.lock(session, Port, port_id)
    port = rows.load(session, Port, port_id, *_whole())
    for binding in port.bindings:
        if binding.security_group_id == group_id:
            return binding
    rows.require(session, SecurityGroup, group_id)
    binding = SecurityGroupPortBinding(security_group_id=group_id)
    port.bindings.append(binding)
    session.flush()
    return binding


def unbind(session: Session, port_id: str, group_id: str) -> dict[str, Any]:
    """Let a port use a security group no more; one that does not stays as it is. Raises PortNotFound."""
    rows.lock(session, Port, port_id)
    port = rows.load(session, Port, port_id, *_whole())
    for binding in [each for each in port.bindings if each.security_group_id == group_id]:
        port.bindings.remove(binding)
    session.flush()
    return view(port)


def delete(session: Session, port_id: str) -> None:
    """Remove a port, its addresses and its bindings. Raises PortNotFound."""
    rows.lock(session, Port, port_id, delete=True)
    port = rows.load(session, Port, port_id, *_whole())
    session.delete(port)
    session.flush()


def _whole() -> tuple[ORMOption, ...]:
    return (joinedload(Port.allocations), joinedload(Port.bindings))


def _check_mac_free(session: Session, network_id: str, mac_address: str) -> None:
    taken = select(Port.id).where(Port.network_id == network_id, Port.mac_address == mac_address)
    if session.scalar(taken) is not None:
        raise MacAddressInUse(f"a port of network {network_id} has {mac_address}")
