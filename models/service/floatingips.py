"""Floating IPs: create, read, list, update, delete, associate with a port, disassociate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import FixedAddressInUse, FloatingIPInUse
from models.service import forwardings, ports, rows
from models.service.addresses import allocate
from models.tables import FloatingIP, Port
from models.tables.standard import new_id

CHANGEABLE = frozenset({"description"})


def view(floating_ip: FloatingIP) -> dict[str, Any]:
    """A floating IP as users see it."""
    return rows.view(
        floating_ip,
        address=floating_ip.floating_ip_address,
        network_id=floating_ip.floating_network_id,
        port=floating_ip.fixed_port_id,
        fixed_address=floating_ip.fixed_ip_address,
        router=floating_ip.router_id,
        forwardings=sorted(each.id for each in floating_ip.port_forwardings),
    )


@cache
def whole() -> tuple[ORMOption, ...]:
    """What `view` shows."""
    return (joinedload(FloatingIP.port_forwardings),)


def create(session: Session, subnet_id: str) -> dict[str, Any]:
    """Take an outer address, by a port that holds it. Raises SubnetNotFound, AddressExhausted."""
    allocation = allocate(session, None, subnet_id)
    floating_ip_id = new_id()
    port = ports.new(
        allocation.network_id,
        ports.derived_mac(allocation.ip_address),
        [allocation],
        device_owner="network:floatingip",
        device_id=floating_ip_id,
    )
    floating_ip = FloatingIP.new(
        id=floating_ip_id,
        floating_ip_address=allocation.ip_address,
        floating_network_id=allocation.network_id,
        floating_port=port,
    )
    session.add(floating_ip)
    session.flush()
    return view(floating_ip)


def read(session: Session, floating_ip_id: str) -> dict[str, Any]:
    """A floating IP. Raises FloatingIPNotFound."""
    return view(rows.load(session, FloatingIP, floating_ip_id, *whole()))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All floating IPs."""
    return [view(each) for each in rows.load_all(session, FloatingIP, *whole())]


def update(session: Session, floating_ip_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a floating IP. Raises FloatingIPNotFound, InvalidInput."""
    floating_ip = rows.load(session, FloatingIP, floating_ip_id, *whole())
    rows.change(floating_ip, changes, CHANGEABLE)
    session.flush()
    return view(floating_ip)


def associate(session: Session, floating_ip_id: str, port_id: str) -> dict[str, Any]:
    """Let a floating IP stand for a port's first address, whatever it stood for.

    Raises:
        NotFound, FloatingIPInUse, FixedAddressInUse: as their names say.
    """
    rows.touch(session, Port, port_id)
    return stand_for(session, floating_ip_id, port_id)


def stand_for(session: Session, floating_ip_id: str, port_id: str) -> dict[str, Any]:
    """What `associate` does once it has the port for itself."""
    floating_ip = forwardings.lock_floating_ip(session, floating_ip_id)
    if floating_ip.port_forwardings:
        raise FloatingIPInUse(f"floating IP {floating_ip_id} has port forwardings")
    if floating_ip.fixed_port_id != port_id:
        address, subnet_id = forwardings.first_address(session, port_id)
        _check_free(session, floating_ip.floating_network_id, port_id, address)
        floating_ip.router_id = forwardings.router_between(session, floating_ip, subnet_id)
        floating_ip.fixed_port_id, floating_ip.fixed_ip_address = port_id, address
    session.flush()
    return view(floating_ip)


def disassociate(session: Session, floating_ip_id: str) -> dict[str, Any]:
    """Let a floating IP stand for no port as a whole; it may stand for port numbers. Raises FloatingIPNotFound."""
    floating_ip = forwardings.lock_floating_ip(session, floating_ip_id)
    if floating_ip.fixed_port_id is not None:
        forwardings.disconnect(floating_ip)
    session.flush()
    return view(floating_ip)


def delete(session: Session, floating_ip_id: str) -> None:
    """Give an outer address back, with its port forwardings and its port. Raises FloatingIPNotFound."""
    floating_ip = forwardings.lock_floating_ip(session, floating_ip_id, delete=True)
    for forwarding in floating_ip.port_forwardings:
        session.delete(forwarding)
    session.delete(floating_ip)
    session.flush()
    ports.discard(session, floating_ip.floating_port_id)


def _check_free(session: Session, network_id: str, port_id: str, address: str) -> None:
    """See that no floating IP of the network stands for the address. Raises FixedAddressInUse."""
    standing = select(FloatingIP.id).where(
        FloatingIP.floating_network_id == network_id,
        FloatingIP.fixed_port_id == port_id,
        FloatingIP.fixed_ip_address == address,
    )
    if session.scalar(standing) is not None:
        raise FixedAddressInUse(f"a floating IP stands for {address} of port {port_id}")
