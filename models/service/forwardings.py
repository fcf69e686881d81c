"""What floating IPs stand for: a port in whole, or single port numbers (port forwardings).

Locks are taken in the order port, floating IP, router. A floating IP that comes to stand for a port is no change of the
port, nor of the router it goes through: it touches both, so that neither loses what it goes by. (Upstream touches
neither: a floating IP may come to stand for an address that its port has just given back.)

That a floating IP stands for a port, or for port numbers, no constraint says: upstream leaves it to a compare-and-swap
of its revision (LP1491317). Here whatever makes it either has it locked while it looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import (
    AddressNotFound,
    FloatingIPInUse,
    GatewayNotFound,
    InvalidInput,
    PortForwardingExists,
)
from models.service import rows
from models.tables import FloatingIP, IPAllocation, Port, PortForwarding, Router, RouterPort

NUMBERS = range(1, 65536)
CHANGEABLE = frozenset({"description", "external_port", "internal_port"})


def view(forwarding: PortForwarding) -> dict[str, Any]:
    """A port forwarding as users see it."""
    return rows.view(
        forwarding,
        floating_ip=forwarding.floatingip_id,
        external_port=forwarding.external_port,
        port=forwarding.internal_port_id,
        address=forwarding.internal_ip_address,
        internal_port=forwarding.internal_port,
        protocol=forwarding.protocol,
    )


def create(
    session: Session, floating_ip_id: str, port_id: str, internal_port: int, external_port: int
) -> dict[str, Any]:
    """Let one port number of a floating IP stand for one of a port.

    Raises:
        NotFound, FloatingIPInUse, PortForwardingExists: as their names say.
    """
    rows.lock(session, Port, port_id)
    port = rows.load(session, Port, port_id)
    floating_ip = lock_floating_ip(session, floating_ip_id)
    if floating_ip.fixed_port_id is not None:
        raise FloatingIPInUse(f"floating IP {floating_ip_id} stands for a port")
    address, subnet_id = first_address(session, port_id)
    floating_ip.router_id = router_between(session, floating_ip, subnet_id)
    forwarding = PortForwarding.new(
        floatingip=floating_ip,
        port=port,
        internal_ip_address=address,
        internal_port=internal_port,
        external_port=external_port,
        protocol="tcp",
    )
    _check_free(session, forwarding)
    session.add(forwarding)
    session.flush()
    return view(forwarding)


def read(session: Session, forwarding_id: str) -> dict[str, Any]:
    """A port forwarding. Raises PortForwardingNotFound."""
    return view(rows.load(session, PortForwarding, forwarding_id))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All port forwardings."""
    return [view(each) for each in rows.load_all(session, PortForwarding)]


def update(session: Session, forwarding_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a port forwarding. Raises PortForwardingNotFound, PortForwardingExists, InvalidInput."""
    forwarding = _lock(session, forwarding_id)
    with session.no_autoflush:
        rows.change(forwarding, changes, CHANGEABLE)
        _check_free(session, forwarding)
    session.flush()
    return view(forwarding)


def delete(session: Session, forwarding_id: str) -> None:
    """Remove a port forwarding. Raises PortForwardingNotFound."""
    forwarding = _lock(session, forwarding_id)
    remove(session, forwarding)
    session.flush()


def remove(session: Session, forwarding: PortForwarding) -> None:
    """Remove a port forwarding of a locked floating IP, which goes through no router after the last."""
    floating_ip = forwarding.floatingip
    session.delete(forwarding)
    if all(each in session.deleted for each in floating_ip.port_forwardings):
        floating_ip.router_id = None


def leave(session: Session, port_id: str) -> None:
    """Let nothing stand for a locked port any more: through the ORM, as each is a change of a floating IP."""
    standing = select(FloatingIP).where(FloatingIP.fixed_port_id == port_id).order_by(FloatingIP.id)
    for floating_ip in session.scalars(standing):
        disconnect(floating_ip)
    of_port = PortForwarding.internal_port_id == port_id
    for floating_ip_id in session.scalars(
        select(PortForwarding.floatingip_id).where(of_port).distinct().order_by(PortForwarding.floatingip_id)
    ):
        for forwarding in lock_floating_ip(session, floating_ip_id).port_forwardings:
            if forwarding.internal_port_id == port_id:
                remove(session, forwarding)
    session.flush()  # while the port is there: no foreign key may point to what the next flush deletes


def disconnect(floating_ip: FloatingIP) -> None:
    """Let a floating IP stand for no port."""
    floating_ip.fixed_port_id = floating_ip.fixed_ip_address = floating_ip.router_id = None


def lock_floating_ip(session: Session, floating_ip_id: str, *, delete: bool = False) -> FloatingIP:
    """A floating IP, locked, with its port forwardings. Raises FloatingIPNotFound."""
    rows.lock(session, FloatingIP, floating_ip_id, delete=delete)
    return rows.load(session, FloatingIP, floating_ip_id, *_with_forwardings())


@cache
def _with_forwardings() -> tuple[ORMOption, ...]:
    return (joinedload(FloatingIP.port_forwardings).joinedload(PortForwarding.floatingip),)


@cache
def _with_siblings() -> tuple[ORMOption, ...]:
    siblings = joinedload(PortForwarding.floatingip).joinedload(FloatingIP.port_forwardings)
    return (siblings, joinedload(PortForwarding.port))


def first_address(session: Session, port_id: str) -> tuple[str, str]:
    """The first address of a locked port, and its subnet. Raises AddressNotFound."""
    of_port = select(IPAllocation.ip_address, IPAllocation.subnet_id).where(IPAllocation.port_id == port_id)
    found = session.execute(of_port.order_by(IPAllocation.ip_address).limit(1)).one_or_none()
    if found is None:
        raise AddressNotFound(f"port {port_id} has no address")
    address, subnet_id = found
    return address, subnet_id


def router_between(session: Session, floating_ip: FloatingIP, subnet_id: str) -> str:
    """The router that leads from a subnet to the floating IP's network, touched. Raises GatewayNotFound."""
    gateway, interface = aliased(Port), aliased(IPAllocation)
    between = (
        select(Router.id)
        .join(gateway, gateway.id == Router.gw_port_id)
        .join(RouterPort, RouterPort.router_id == Router.id)
        .join(interface, interface.port_id == RouterPort.port_id)
        .where(gateway.network_id == floating_ip.floating_network_id, interface.subnet_id == subnet_id)
        .order_by(Router.id)
        .limit(1)
    )
    found = session.scalar(between)
    if found is not None:
        rows.touch(session, Router, found)
        # Once more, now that it stays: its gateway may have gone before it was touched.
        found = session.scalar(between.where(Router.id == found))
    if found is None:
        raise GatewayNotFound(f"no router leads from {subnet_id} to {floating_ip.floating_network_id}")
    return found


def _lock(session: Session, forwarding_id: str) -> PortForwarding:
    """A port forwarding, its port and its floating IP locked."""
    row = PortForwarding.id == forwarding_id
    found = session.execute(select(PortForwarding.internal_port_id, PortForwarding.floatingip_id).where(row))
    parents = found.one_or_none()
    if parents is None:
        raise rows.not_found(PortForwarding, forwarding_id)
    port_id, floating_ip_id = parents
    rows.lock_if_there(session, Port, port_id)
    rows.lock_if_there(session, FloatingIP, floating_ip_id)
    return rows.load(session, PortForwarding, forwarding_id, *_with_siblings())


def _check_free(session: Session, wanted: PortForwarding) -> None:
    """See that neither side of a forwarding is another's already. Raises PortForwardingExists, InvalidInput."""
    if not all(number in NUMBERS for number in (wanted.external_port, wanted.internal_port)):
        raise InvalidInput(f"{wanted.external_port} or {wanted.internal_port} is no port number")
    floating_ip_id = wanted.floatingip.id
    outside = (PortForwarding.floatingip_id == floating_ip_id, PortForwarding.external_port == wanted.external_port)
    inside = (
        PortForwarding.internal_port_id == wanted.port.id,
        PortForwarding.internal_ip_address == wanted.internal_ip_address,
        PortForwarding.internal_port == wanted.internal_port,
    )
    another = PortForwarding.id.is_distinct_from(wanted.id)
    taken = or_(exists().where(*outside, another), exists().where(*inside, another))
    if session.scalar(select(taken)):
        raise PortForwardingExists(f"{wanted.external_port} or {wanted.internal_port} is forwarded already")
