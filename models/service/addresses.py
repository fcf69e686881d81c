"""Which address a port gets on a subnet, and which it may give back.

IPv6 can be written in many ways: rows have the one of Python's `ipaddress`, so that they, and unique constraints, are
compared as text. What users write is parsed first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.errors import AddressExhausted, AddressInUse, FixedAddressInUse, InvalidInput
from models.service import rows
from models.tables import FloatingIP, IPAllocation, IPAllocationPool, PortForwarding, Subnet


def allocate(session: Session, network_id: str | None, subnet_id: str, address: str | None = None) -> IPAllocation:
    """Choose an address, not in any session yet.

    Args:
        session: a session that has changed nothing yet.
        network_id: the network that the subnet must be of; None for any.
        subnet_id: where the address is from; it cannot be deleted until the transaction ends.
        address: the wanted one; None for the first that is free, after the gateway's.

    Raises:
        SubnetNotFound, AddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    # Shared: ports take addresses side by side, and the primary key tells when they take the same.
    subnet_and_pools = session.execute(
        select(Subnet.network_id, Subnet.cidr, IPAllocationPool.first_ip, IPAllocationPool.last_ip)
        .outerjoin(IPAllocationPool, IPAllocationPool.subnet_id == Subnet.id)
        .where(Subnet.id == subnet_id)
        .order_by(IPAllocationPool.id)
        .with_for_update(read=True, of=Subnet)
    ).all()
    if not subnet_and_pools:
        raise rows.not_found(Subnet, subnet_id)
    subnet = subnet_and_pools[0]
    if network_id not in {None, subnet.network_id}:
        raise InvalidInput(f"subnet {subnet_id} is of another network than {network_id}")
    held = select(IPAllocation.ip_address).where(IPAllocation.subnet_id == subnet_id).order_by(IPAllocation.ip_address)
    taken = set(session.scalars(held))
    if address is None:
        chosen = _free(_hosts((each.first_ip, each.last_ip) for each in subnet_and_pools), taken)
    else:
        chosen = _wanted(subnet.cidr, taken, address)
    return IPAllocation(ip_address=chosen, subnet_id=subnet_id, network_id=subnet.network_id)


def require_unused(session: Session, port_id: str, given_back: Collection[str]) -> None:
    """See that no floating IP stands for an address, in whole or port by port.

    The port is to be locked: a floating IP that comes to stand for it touches it.

    Raises:
        FixedAddressInUse: one does.
    """
    used = or_(
        exists().where(FloatingIP.fixed_port_id == port_id, FloatingIP.fixed_ip_address.in_(given_back)),
        exists().where(PortForwarding.internal_port_id == port_id, PortForwarding.internal_ip_address.in_(given_back)),
    )
    if given_back and session.scalar(select(used)):
        raise FixedAddressInUse(f"floating IPs stand for addresses of port {port_id}")


def parse_address(address: str) -> IPv4Address | IPv6Address:
    """An address; as text, it is the one way to write it. Raises InvalidInput."""
    try:
        parsed = ip_address(address)
    except ValueError as error:
        raise InvalidInput(f"{address!r} is no address") from error
    return require_global(parsed, address)


def require_global(address: IPv4Address | IPv6Address, written: str) -> IPv4Address | IPv6Address:
    """See that an address names no zone: that is one of a single host, and means nothing here. Raises InvalidInput."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise InvalidInput(f"{written!r} names a zone of one host")
    return address


def _hosts(pools: Iterable[tuple[str | None, str | None]]) -> Iterator[str]:
    """All addresses of some pools, first to last."""
    for first, last in pools:
        if first is not None and last is not None:
            begin = ip_address(first)
            yield from (str(begin + step) for step in range(int(ip_address(last)) - int(begin) + 1))


def _free(hosts: Iterable[str], taken: set[str]) -> str:
    for host in hosts:
        if host not in taken:
            return host
    raise AddressExhausted("no address of the subnet is free")


def _wanted(cidr: str, taken: set[str], address: str) -> str:
    wanted = parse_address(address)
    if wanted not in ip_network(cidr):
        raise InvalidInput(f"{wanted} is not in {cidr}")
    if str(wanted) in taken:
        raise AddressInUse(f"{wanted} is taken")
    return str(wanted)
