"""Networks: create, read, list, update, delete."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import NetworkInUse
from models.service import rows
from models.tables import Network, Port, Subnet

CHANGEABLE = frozenset({"name", "description"})


def view(network: Network) -> dict[str, Any]:
    """A network as users see it."""
    return rows.view(
        network,
        subnets=[subnet.id for subnet in network.subnets],
        shared_with=sorted(entry.target_project for entry in network.rbac_entries),
        qos_policy=network.qos_binding.policy_id if network.qos_binding else None,
    )


@cache
def whole() -> tuple[ORMOption, ...]:
    """What `view` shows."""
    return (joinedload(Network.subnets), joinedload(Network.rbac_entries), joinedload(Network.qos_binding))


def create(session: Session, name: str) -> dict[str, Any]:
    """Add a network."""
    network = Network.new(name=name, rbac_entries=[], qos_binding=None)
    session.add(network)
    session.flush()
    return view(network)


def read(session: Session, network_id: str) -> dict[str, Any]:
    """A network. Raises NetworkNotFound."""
    return view(rows.load(session, Network, network_id, *whole()))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All networks."""
    return [view(network) for network in rows.load_all(session, Network, *whole())]


def lock_whole(session: Session, network_id: str) -> Network:
    """A network, locked: whom it is shared with and the like are rows of their own. Raises NetworkNotFound."""
    rows.lock(session, Network, network_id)
    return rows.load(session, Network, network_id, *whole())


def update(session: Session, network_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a network. Raises NetworkNotFound, InvalidInput."""
    network = rows.load(session, Network, network_id, *whole())
    rows.change(network, changes, CHANGEABLE)
    session.flush()
    return view(network)


def delete(session: Session, network_id: str) -> None:
    """Remove a network without subnets and ports. Raises NetworkNotFound, NetworkInUse."""
    rows.lock(session, Network, network_id, delete=True)
    network = rows.load(session, Network, network_id)
    check_unused(session, network_id)
    session.delete(network)
    session.flush()


def check_unused(session: Session, network_id: str) -> None:
    """See that a network has neither subnets nor ports. Raises NetworkInUse."""
    used = or_(
        exists().where(Subnet.network_id == network_id),
        exists().where(Port.network_id == network_id),
    )
    if session.scalar(select(used)):
        raise NetworkInUse(f"network {network_id} has subnets or ports")
