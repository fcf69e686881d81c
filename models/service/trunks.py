"""Trunks: create, read, list, update, delete, add and remove subports.

A port is a trunk's parent, or carried by one, or neither. No constraint says so across two tables, so whatever makes it
either touches the port first; upstream's validator reads both tables and locks nothing. Subports are no change of the
trunk: only what reads them in one statement shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.errors import InvalidInput, SegmentationIdInUse, SubPortNotFound
from models.service import ports, rows
from models.tables import Port, SubPort, Trunk

CHANGEABLE = frozenset({"name", "description"})
SEGMENTATION_IDS = range(1, 4095)


def view(trunk: Trunk) -> dict[str, Any]:
    """A trunk as users see it, less its subports."""
    return rows.view(trunk, port=trunk.port_id)


def view_with_subports(trunk: Trunk) -> dict[str, Any]:
    """A trunk as users see it, read in one statement."""
    return {**view(trunk), "subports": [(each.port_id, each.segmentation_id) for each in trunk.subports]}


def create(session: Session, port_id: str) -> dict[str, Any]:
    """Make a port a trunk. Raises PortNotFound, PortInUse."""
    rows.touch(session, Port, port_id)
    ports.require_apart(session, port_id)
    trunk = Trunk.new(port_id=port_id, subports=[])
    session.add(trunk)
    session.flush()
    return view_with_subports(trunk)


def read(session: Session, trunk_id: str) -> dict[str, Any]:
    """A trunk. Raises TrunkNotFound."""
    return view_with_subports(rows.load(session, Trunk, trunk_id, joinedload(Trunk.subports)))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All trunks."""
    return [view_with_subports(trunk) for trunk in rows.load_all(session, Trunk, joinedload(Trunk.subports))]


def update(session: Session, trunk_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a trunk. Raises TrunkNotFound, InvalidInput."""
    trunk = rows.load(session, Trunk, trunk_id)
    rows.change(trunk, changes, CHANGEABLE)
    session.flush()
    return view(trunk)


def delete(session: Session, trunk_id: str) -> None:
    """Remove a trunk; its subports are free again. Raises TrunkNotFound."""
    rows.lock(session, Trunk, trunk_id, delete=True)
    session.delete(rows.load(session, Trunk, trunk_id))
    session.flush()


def add_subport(session: Session, trunk_id: str, port_id: str, segmentation_id: int) -> dict[str, Any]:
    """Let a trunk carry a port. Raises NotFound, PortInUse, SegmentationIdInUse, InvalidInput."""
    if segmentation_id not in SEGMENTATION_IDS:
        raise InvalidInput(f"{segmentation_id} is no segmentation id")
    rows.touch(session, Port, port_id)
    ports.require_apart(session, port_id)
    rows.require(session, Trunk, trunk_id)
    used = select(SubPort.port_id).where(SubPort.trunk_id == trunk_id, SubPort.segmentation_id == segmentation_id)
    if session.scalar(used) is not None:
        raise SegmentationIdInUse(f"trunk {trunk_id} carries a port as {segmentation_id}")
    session.add(SubPort(port_id=port_id, trunk_id=trunk_id, segmentation_id=segmentation_id))
    session.flush()
    return {"trunk": trunk_id, "port": port_id, "segmentation_id": segmentation_id}


def remove_subport(session: Session, trunk_id: str, port_id: str) -> dict[str, Any]:
    """Let a trunk carry a port no more. Raises TrunkNotFound, SubPortNotFound."""
    rows.lock(session, Trunk, trunk_id)  # of two, the second finds none
    carried = select(SubPort).where(SubPort.port_id == port_id, SubPort.trunk_id == trunk_id)
    subport = session.scalars(carried).one_or_none()
    if subport is None:
        raise SubPortNotFound(f"trunk {trunk_id} does not carry port {port_id}")
    session.delete(subport)
    session.flush()
    return {"trunk": trunk_id, "port": port_id, "segmentation_id": subport.segmentation_id}
