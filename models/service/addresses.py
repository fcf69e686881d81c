"""Which address a port gets on a subnet."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import AddressExhausted, AddressInUse, InvalidInput
from models.service import rows
from models.tables import IPAllocation, Subnet


def allocate(session: Session, network_id: str, subnet_id: str, address: str | None = None) -> IPAllocation:
    """Choose an address, not in any session yet.

    Args:
        session: a session that has changed nothing yet.
        network_id: the network that the subnet must be of.
        subnet_id: where the address is from; it cannot be deleted until the transaction ends.
        address: the wanted one; None for the first that is free, after the gateway's.

    Raises:
        SubnetNotFound, AddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    # Shared: ports take addresses side by side, and the primary key tells when they take the same.
    subnet = session.execute(
        select(Subnet.network_id, Subnet.cidr).where(Subnet.id == subnet_id).with_for_update(read=True)
    ).one_or_none()
    if subnet is None:
        raise rows.not_found(Subnet, subnet_id)
    if subnet.network_id != network_id:
        raise InvalidInput(f"subnet {subnet_id} is of another network than {network_id}")
    held = select(IPAllocation.ip_address).where(IPAllocation.subnet_id == subnet_id).order_by(IPAllocation.ip_address)
    taken = set(session.scalars(held))
    chosen = _free(subnet.cidr, taken) if address is None else _wanted(subnet.cidr, taken, address)
    return IPAllocation(ip_address=chosen, subnet_id=subnet_id, network_id=network_id)


def _free(cidr: str, taken: set[str]) -> str:
    for host in list(ip_network(cidr).hosts())[1:]:
        if str(host) not in taken:
            return str(host)
    raise AddressExhausted(f"no address of {cidr} is free")


def _wanted(cidr: str, taken: set[str], address: str) -> str:
    try:
        within = ip_address(address) in ip_network(cidr)
    except ValueError as error:
        raise InvalidInput(f"{address!r} is no address") from error
    if not within:
        raise InvalidInput(f"{address} is not in {cidr}")
    if address in taken:
        raise AddressInUse(f"{address} is taken")
    return address
