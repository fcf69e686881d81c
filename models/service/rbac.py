"""Whom networks are shared with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.errors import RBACEntryExists, RBACEntryNotFound
from models.service import networks, rows
from models.tables import Network, NetworkRBAC


def view(entry: NetworkRBAC) -> dict[str, Any]:
    """An entry as users see it; it has no revision of its own."""
    return {"id": entry.id, "network": entry.object_id, "target": entry.target_project, "action": entry.action}


def create(session: Session, network_id: str, target: str) -> dict[str, Any]:
    """Share a network with a project. Raises NetworkNotFound, RBACEntryExists."""
    network = networks.lock_whole(session, network_id)
    # Asked for: a duplicate is for good, and no retry would mend it.
    _check_free(network, target)
    entry = NetworkRBAC(target_project=target)
    network.rbac_entries.append(entry)
    session.flush()
    return view(entry)


def read(session: Session, entry_id: str) -> dict[str, Any]:
    """An entry. Raises RBACEntryNotFound."""
    return view(_load(session, entry_id))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All entries."""
    return [view(entry) for entry in session.scalars(select(NetworkRBAC).order_by(NetworkRBAC.id))]


def update(session: Session, entry_id: str, target: str) -> dict[str, Any]:
    """Share the network with another project instead. Raises RBACEntryNotFound, RBACEntryExists."""
    entry = _lock(session, entry_id)
    if entry.target_project != target:
        _check_free(entry.network, target)
        entry.target_project = target
    session.flush()
    return view(entry)


def delete(session: Session, entry_id: str) -> None:
    """Share the network no more. Raises RBACEntryNotFound."""
    session.delete(_lock(session, entry_id))
    session.flush()


def _check_free(network: Network, target: str) -> None:
    if any(entry.target_project == target for entry in network.rbac_entries):
        raise RBACEntryExists(f"network {network.id} is shared with {target}")


def _load(session: Session, entry_id: str) -> NetworkRBAC:
    with_network = joinedload(NetworkRBAC.network).joinedload(Network.rbac_entries)
    row = select(NetworkRBAC).where(NetworkRBAC.id == entry_id).options(with_network)
    entry = session.scalars(row).unique().one_or_none()
    if entry is None:
        raise RBACEntryNotFound(f"no entry {entry_id}")
    return entry


def _lock(session: Session, entry_id: str) -> NetworkRBAC:
    """An entry, its network locked."""
    network_id = session.scalar(select(NetworkRBAC.object_id).where(NetworkRBAC.id == entry_id))
    if network_id is not None:
        rows.lock_if_there(session, Network, network_id)
    return _load(session, entry_id)
