"""Subnets with their allocation pools: create, read, list, update, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from models.errors import InvalidInput, OverlappingCidr, SubnetInUse
from models.service import rows
from models.service.addresses import parse_address, require_global
from models.tables import IPAllocation, IPAllocationPool, Network, Subnet, SubnetPool

SMALLEST = 4
"""A range's own address, the gateway's, one to give, and the last."""
CHANGEABLE = frozenset({"name", "description"})


def view(subnet: Subnet) -> dict[str, Any]:
    """A subnet as users see it."""
    return rows.view(
        subnet,
        network_id=subnet.network_id,
        cidr=subnet.cidr,
        allocation_pools=sorted((each.first_ip, each.last_ip) for each in subnet.allocation_pools),
    )


def create(session: Session, network_id: str, cidr: str, pool: Sequence[str] | None = None) -> dict[str, Any]:
    """Add a range of addresses to a network.

    Args:
        session: a session that has changed nothing yet.
        network_id: the network.
        cidr: the addresses.
        pool: the first and the last that ports get without asking for one; None for all but the gateway's.

    Raises:
        NetworkNotFound, OverlappingCidr, InvalidInput: as their names say.
    """
    # Before the check: two overlapping subnets never pass it at a time. Upstream looked without a lock, then counted on
    # a compare-and-swap of the network that a later change took away, and now writes a row a network
    # (`network_subnet_lock`) after the check and the INSERT: whoever is second must begin anew. The network's own row
    # does for that, and who waits for it looks once.
    rows.lock(session, Network, network_id)
    return add(session, network_id, cidr, pool)


def add(session: Session, network_id: str, cidr: str, pool: Sequence[str] | None = None) -> dict[str, Any]:
    """What `create` does once it has the network for itself."""
    wanted = parse(cidr)
    network = rows.load(session, Network, network_id)
    _check_free(session, network_id, wanted)
    subnet = new(network, wanted, pool)
    session.add(subnet)
    session.flush()
    return view(subnet)


def new(network: Network, cidr: IPv4Network | IPv6Network, pool: Sequence[str] | None, **columns: str) -> Subnet:
    """A subnet with an allocation pool, not in any session yet. Raises InvalidInput."""
    if cidr.num_addresses < SMALLEST:
        raise InvalidInput(f"{cidr} is too small for a subnet")
    given = _pool(cidr, pool)
    return Subnet.new(network=network, cidr=str(cidr), allocation_pools=[given], **columns)


def read(session: Session, subnet_id: str) -> dict[str, Any]:
    """A subnet. Raises SubnetNotFound."""
    return view(rows.load(session, Subnet, subnet_id, joinedload(Subnet.allocation_pools)))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All subnets."""
    return [view(subnet) for subnet in rows.load_all(session, Subnet, joinedload(Subnet.allocation_pools))]


def update(session: Session, subnet_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a subnet, and with it the network. Raises SubnetNotFound, InvalidInput."""
    subnet = rows.load(session, Subnet, subnet_id, joinedload(Subnet.network), joinedload(Subnet.allocation_pools))
    rows.change(subnet, changes, CHANGEABLE)
    session.flush()
    return view(subnet)


def delete(session: Session, subnet_id: str) -> None:
    """Remove a subnet that no port has an address on. Raises SubnetNotFound, SubnetInUse."""
    rows.lock(session, Subnet, subnet_id, delete=True)  # before the check: a port that takes an address waits
    subnet = rows.load(session, Subnet, subnet_id, joinedload(Subnet.network))
    check_unused(session, subnet_id)
    if subnet.subnetpool_id is not None:
        rows.touch(session, SubnetPool, subnet.subnetpool_id)  # who cuts the next one finds these addresses free
    session.delete(subnet)
    session.flush()


def check_unused(session: Session, subnet_id: str) -> None:
    """See that no port has an address on a subnet. Raises SubnetInUse."""
    if session.scalar(select(exists().where(IPAllocation.subnet_id == subnet_id))):
        raise SubnetInUse(f"ports have addresses on subnet {subnet_id}")


def parse(cidr: str) -> IPv4Network | IPv6Network:
    """A range of addresses; as text, it is the one way to write it. Raises InvalidInput."""
    try:
        parsed = ip_network(cidr)
    except ValueError as error:
        raise InvalidInput(f"{cidr!r} is no range of addresses") from error
    require_global(parsed.network_address, cidr)
    return parsed


def _pool(cidr: IPv4Network | IPv6Network, pool: Sequence[str] | None) -> IPAllocationPool:
    try:
        first, last = (cidr[2], cidr[-2]) if pool is None else map(parse_address, pool)
    except ValueError as error:
        raise InvalidInput(f"{pool!r} is not the first and the last of some addresses") from error
    if first not in cidr or last not in cidr or int(first) > int(last):
        raise InvalidInput(f"{first} to {last} is no part of {cidr}")
    return IPAllocationPool(first_ip=str(first), last_ip=str(last))


def _check_free(session: Session, network_id: str, wanted: IPv4Network | IPv6Network) -> None:
    for taken in session.scalars(select(Subnet.cidr).where(Subnet.network_id == network_id).order_by(Subnet.id)):
        if wanted.overlaps(ip_network(taken)):
            raise OverlappingCidr(f"{wanted} overlaps {taken} of network {network_id}")
