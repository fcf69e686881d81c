"""A port's addresses one by one, and the senders that it may pass itself off as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.errors import AddressNotFound
from models.service import ports
from models.service.addresses import allocate, parse_address, require_unused
from models.tables import AllowedAddressPair


def allocate_ip(session: Session, port_id: str, subnet_id: str, address: str | None) -> dict[str, Any]:
    """Give a port one more address, any or the wanted one.

    Raises:
        NotFound, AddressInUse, AddressExhausted, InvalidInput: as their names say.
    """
    port = ports.lock_whole(session, port_id)
    ports.require_free(port)
    port.allocations.append(allocate(session, port.network_id, subnet_id, address))
    session.flush()
    return ports.view(port)


def release_ip(session: Session, port_id: str, address: str) -> dict[str, Any]:
    """Take an address from a port. Raises NotFound, InUse, InvalidInput."""
    given_back = str(parse_address(address))
    port = ports.lock_whole(session, port_id)
    held = [each for each in port.allocations if each.ip_address == given_back]
    if not held:
        raise AddressNotFound(f"port {port_id} has no address {given_back}")
    ports.require_free(port)
    require_unused(session, port_id, [given_back])
    for allocation in held:
        port.allocations.remove(allocation)
    session.flush()
    return ports.view(port)


def set_address_pairs(session: Session, port_id: str, pairs: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Let a port pass itself off as these (MAC address, IP address) alone. Raises PortNotFound, InvalidInput."""
    for mac_address, _ in pairs:
        ports.check_mac(mac_address)
    wanted = {(mac_address, str(parse_address(ip_address))) for mac_address, ip_address in pairs}
    port = ports.lock_whole(session, port_id)
    known = {(each.mac_address, each.ip_address): each for each in port.address_pairs}
    port.address_pairs = [
        known.get(pair) or AllowedAddressPair(mac_address=pair[0], ip_address=pair[1]) for pair in sorted(wanted)
    ]
    session.flush()
    return ports.view(port)
