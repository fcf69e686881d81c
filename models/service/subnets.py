"""Subnets: create, read, list, update, delete."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from models.errors import InvalidInput, OverlappingCidr, SubnetInUse
from models.service import rows
from models.tables import IPAllocation, Network, Subnet

CHANGEABLE = frozenset({"name", "description"})


def view(subnet: Subnet) -> dict[str, Any]:
    """A subnet as users see it."""
    return rows.view(subnet, network_id=subnet.network_id, cidr=subnet.cidr)


def create(session: Session, network_id: str, cidr: str) -> dict[str, Any]:
    """Add a range of addresses to a network. Raises NetworkNotFound, OverlappingCidr, InvalidInput."""
    rows.lock(session, Network, network_id)  # before the check: two overlapping subnets never pass it at a time
    return add(session, network_id, cidr)


def add(session: Session, network_id: str, cidr: str) -> dict[str, Any]:
    """What `create` does once it has the network for itself."""
    wanted = _parse(cidr)
    network = rows.load(session, Network, network_id)
    _check_free(session, network_id, wanted)
    subnet = Subnet.new(network=network, cidr=str(wanted))
    session.add(subnet)
    session.flush()
    return view(subnet)


def read(session: Session, subnet_id: str) -> dict[str, Any]:
    """A subnet. Raises SubnetNotFound."""
    return view(rows.load(session, Subnet, subnet_id))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All subnets."""
    return [view(subnet) for subnet in rows.load_all(session, Subnet)]


def update(session: Session, subnet_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a subnet, and with it the network. Raises SubnetNotFound, InvalidInput."""
    subnet = rows.load(session, Subnet, subnet_id, joinedload(Subnet.network))
    rows.change(subnet, changes, CHANGEABLE)
    session.flush()
    return view(subnet)


def delete(session: Session, subnet_id: str) -> None:
    """Remove a subnet that no port has an address on. Raises SubnetNotFound, SubnetInUse."""
    rows.lock(session, Subnet, subnet_id, delete=True)  # before the check: a port that takes an address waits
    subnet = rows.load(session, Subnet, subnet_id, joinedload(Subnet.network))
    check_unused(session, subnet_id)
    session.delete(subnet)
    session.flush()


def check_unused(session: Session, subnet_id: str) -> None:
    """See that no port has an address on a subnet. Raises SubnetInUse."""
    if session.scalar(select(exists().where(IPAllocation.subnet_id == subnet_id))):
        raise SubnetInUse(f"ports have addresses on subnet {subnet_id}")


def _parse(cidr: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(cidr)
    except ValueError as error:
        raise InvalidInput(f"{cidr!r} is no range of addresses") from error


def _check_free(session: Session, network_id: str, wanted: IPv4Network | IPv6Network) -> None:
    for taken in session.scalars(select(Subnet.cidr).where(Subnet.network_id == network_id).order_by(Subnet.id)):
        if wanted.overlaps(ip_network(taken)):
            raise OverlappingCidr(f"{wanted} overlaps {taken} of network {network_id}")
