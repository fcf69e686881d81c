"""Address groups: create, read, list, update, delete, add and remove addresses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import AddressAssociationExists, AddressAssociationNotFound, AddressGroupInUse
from models.service import rows
from models.service.subnets import parse
from models.tables import AddressAssociation, AddressGroup, SecurityGroupRule

CHANGEABLE = frozenset({"name", "description"})


def view(group: AddressGroup) -> dict[str, Any]:
    """An address group as users see it."""
    return rows.view(group, addresses=sorted(each.address for each in group.addresses))


def create(session: Session, name: str) -> dict[str, Any]:
    """Add an address group without addresses."""
    group = AddressGroup.new(name=name, addresses=[])
    session.add(group)
    session.flush()
    return view(group)


def read(session: Session, group_id: str) -> dict[str, Any]:
    """An address group. Raises AddressGroupNotFound."""
    return view(_load(session, group_id))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All address groups."""
    return [view(group) for group in rows.load_all(session, AddressGroup, *whole())]


def update(session: Session, group_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change an address group. Raises AddressGroupNotFound, InvalidInput."""
    group = _load(session, group_id)
    rows.change(group, changes, CHANGEABLE)
    session.flush()
    return view(group)


def delete(session: Session, group_id: str) -> None:
    """Remove an address group that no rule names. Raises AddressGroupNotFound, AddressGroupInUse."""
    rows.lock(session, AddressGroup, group_id, delete=True)  # before the check: a rule that would name it waits
    group = _load(session, group_id)
    if session.scalar(select(exists().where(SecurityGroupRule.remote_address_group_id == group_id))):
        raise AddressGroupInUse(f"rules name address group {group_id}")
    session.delete(group)
    session.flush()


def add(session: Session, group_id: str, address: str) -> dict[str, Any]:
    """Add a range of addresses. Raises AddressGroupNotFound, AddressAssociationExists, InvalidInput."""
    added = str(parse(address))
    rows.lock(session, AddressGroup, group_id)
    group = _load(session, group_id)
    if any(each.address == added for each in group.addresses):
        raise AddressAssociationExists(f"address group {group_id} has {added}")
    group.addresses.append(AddressAssociation(address=added))
    session.flush()
    return view(group)


def remove(session: Session, group_id: str, address: str) -> dict[str, Any]:
    """Remove a range of addresses. Raises AddressGroupNotFound, AddressAssociationNotFound, InvalidInput."""
    removed = str(parse(address))
    rows.lock(session, AddressGroup, group_id)
    group = _load(session, group_id)
    found = next((each for each in group.addresses if each.address == removed), None)
    if found is None:
        raise AddressAssociationNotFound(f"address group {group_id} has no {removed}")
    group.addresses.remove(found)
    session.flush()
    return view(group)


@cache
def whole() -> tuple[ORMOption, ...]:
    """What `view` shows."""
    return (joinedload(AddressGroup.addresses),)


def _load(session: Session, group_id: str) -> AddressGroup:
    return rows.load(session, AddressGroup, group_id, *whole())
