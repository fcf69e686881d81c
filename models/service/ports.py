"""Ports: create, read, list, update, delete, move to another address, bind to security groups."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import InvalidInput, MacAddressInUse, PortInUse
from models.service import forwardings, rows
from models.service.addresses import allocate, parse_address, require_unused
from models.tables import (
    IPAllocation,
    Network,
    Port,
    SecurityGroup,
    SecurityGroupPortBinding,
    SubPort,
    Trunk,
)

CHANGEABLE = frozenset({"name", "description", "device_id", "mac_address"})


def view(port: Port) -> dict[str, Any]:
    """A port as users see it."""
    return rows.view(
        port,
        network_id=port.network_id,
        mac_address=port.mac_address,
        device_id=port.device_id,
        device_owner=port.device_owner,
        fixed_ips=sorted((each.subnet_id, each.ip_address) for each in port.allocations),
        security_groups=sorted(each.security_group_id for each in port.bindings),
        allowed_address_pairs=sorted((each.mac_address, each.ip_address) for each in port.address_pairs),
        hosts=sorted((each.host, each.status) for each in port.host_bindings),
        qos_policy=port.qos_binding.policy_id if port.qos_binding else None,
    )


def create(session: Session, network_id: str, subnet_id: str, mac_address: str) -> dict[str, Any]:
    """Add a port with an address.

    Raises:
        NetworkNotFound, SubnetNotFound, MacAddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    check_mac(mac_address)
    rows.require(session, Network, network_id)
    # The MAC first: a port that holds it ends this here. Asked for after the address, it could be free of a port that
    # still had an address a statement ago, which no order of the two transactions gives.
    _check_mac_free(session, network_id, mac_address)
    port = new(network_id, mac_address, [allocate(session, network_id, subnet_id)])
    session.add(port)
    session.flush()
    return view(port)


def new(network_id: str, mac_address: str, allocations: Collection[IPAllocation], **columns: str) -> Port:
    """A port with addresses and nothing else, not in any session yet."""
    return Port.new(
        network_id=network_id,
        mac_address=mac_address,
        allocations=list(allocations),
        bindings=[],
        address_pairs=[],
        host_bindings=[],
        qos_binding=None,
        **columns,
    )


def read(session: Session, port_id: str) -> dict[str, Any]:
    """A port. Raises PortNotFound."""
    return view(rows.load(session, Port, port_id, *whole()))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All ports."""
    return [view(port) for port in rows.load_all(session, Port, *whole())]


def update(session: Session, port_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a port; a router, or a floating IP, keeps its own.

    Raises:
        PortNotFound, PortInUse, MacAddressInUse, InvalidInput: as their names say.
    """
    port = rows.load(session, Port, port_id, *whole())
    mac_address = changes.get("mac_address", port.mac_address)
    if mac_address != port.mac_address:
        check_mac(mac_address)
        _check_mac_free(session, port.network_id, mac_address)
    if "device_id" in changes:
        require_free(port)
    rows.change(port, changes, CHANGEABLE)
    session.flush()
    return view(port)


def lock_whole(session: Session, port_id: str) -> Port:
    """A port, locked: its addresses and the like are rows of their own, which its version does not guard.

    Raises:
        PortNotFound: there is none.
    """
    rows.lock(session, Port, port_id)
    return rows.load(session, Port, port_id, *whole())


def move(session: Session, port_id: str, subnet_id: str, address: str | None) -> dict[str, Any]:
    """Give a port one address, instead of all that it has; without a wanted one, any on the subnet will do.

    Raises:
        NotFound, InUse, AddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    wanted = None if address is None else str(parse_address(address))
    port = lock_whole(session, port_id)
    if any(each.subnet_id == subnet_id and wanted in {None, each.ip_address} for each in port.allocations):
        return view(port)
    require_free(port)
    allocation = allocate(session, port.network_id, subnet_id, wanted)
    require_unused(session, port_id, [each.ip_address for each in port.allocations])
    port.allocations = [allocation]
    session.flush()
    return view(port)


def bind(session: Session, port_id: str, group_id: str) -> dict[str, Any]:
    """Let a port use a security group; one that does already stays as it is. Raises NotFound."""
    return view(bound(session, port_id, group_id).port)


def bound(session: Session, port_id: str, group_id: str) -> SecurityGroupPortBinding:
    """The port's use of the group, there already or new. Raises NotFound."""
    port = lock_whole(session, port_id)
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
    port = lock_whole(session, port_id)
    for binding in [each for each in port.bindings if each.security_group_id == group_id]:
        port.bindings.remove(binding)
    session.flush()
    return view(port)


def delete(session: Session, port_id: str) -> None:
    """Remove a port with all that is its own; floating IPs that stand for it are free again.

    Raises:
        PortNotFound, PortInUse: as their names say.
    """
    rows.lock(session, Port, port_id, delete=True)  # before the checks: what would use it waits
    port = rows.load(session, Port, port_id, *whole(), *_owning())
    require_free(port)
    require_apart(session, port_id)
    forwardings.leave(session, port_id)
    session.delete(port)
    session.flush()


def discard(session: Session, port_id: str) -> None:
    """Remove a port that a router or a floating IP had to itself. Raises PortNotFound."""
    rows.lock(session, Port, port_id, delete=True)
    session.delete(rows.load(session, Port, port_id, *whole(), *_owning()))
    session.flush()


def require_free(port: Port) -> None:
    """See that a port is no part of a router or a floating IP. Raises PortInUse."""
    if port.device_owner:
        raise PortInUse(f"port {port.id} is {port.device_owner} of {port.device_id}")


def require_apart(session: Session, port_id: str) -> None:
    """See that a port is no part of a trunk. Raises PortInUse."""
    part = or_(exists().where(Trunk.port_id == port_id), exists().where(SubPort.port_id == port_id))
    if session.scalar(select(part)):
        raise PortInUse(f"port {port_id} is part of a trunk")


@cache
def whole() -> tuple[ORMOption, ...]:
    """What `view` shows."""
    return (
        joinedload(Port.allocations),
        joinedload(Port.bindings),
        joinedload(Port.address_pairs),
        joinedload(Port.host_bindings),
        joinedload(Port.qos_binding),
    )


@cache
def _owning() -> tuple[ORMOption, ...]:
    """What goes with a port besides, if it is still there."""
    return (joinedload(Port.routerport), joinedload(Port.floating_ips))


def derived_mac(origin: str) -> str:
    """The MAC address of a port that stands for something: the same whenever it is made."""
    return ":".join(["fa", *re.findall("..", sha256(origin.encode()).hexdigest())[:5]])


def check_mac(mac_address: str) -> None:
    """See that it is one. Raises InvalidInput."""
    if not re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac_address):
        raise InvalidInput(f"{mac_address!r} is no MAC address")


def _check_mac_free(session: Session, network_id: str, mac_address: str) -> None:
    taken = select(Port.id).where(Port.network_id == network_id, Port.mac_address == mac_address)
    if session.scalar(taken) is not None:
        raise MacAddressInUse(f"a port of network {network_id} has {mac_address}")
