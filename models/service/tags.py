"""Tags, on resources of any kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session, joinedload

from models.errors import TagNotFound
from models.service import rows
from models.tables import Resource, StandardAttribute, Tag


def view(resource: Resource) -> dict[str, Any]:
    """A resource's tags as users see them."""
    standard_attr = resource.standard_attr
    return {
        "id": resource.id,
        "revision_number": standard_attr.revision_number,
        "tags": sorted(each.tag for each in standard_attr.tags),
    }


def read(session: Session, model: type[Resource], resource_id: str) -> dict[str, Any]:
    """The tags of a resource. Raises NotFound."""
    return view(_load(session, model, resource_id))


def add(session: Session, model: type[Resource], resource_id: str, tag: str) -> dict[str, Any]:
    """Put a tag on a resource; one that has it already stays as it is. Raises NotFound."""
    rows.lock(session, model, resource_id)
    resource = _load(session, model, resource_id)
    if all(each.tag != tag for each in resource.standard_attr.tags):
        resource.standard_attr.tags.append(Tag(tag=tag))
    session.flush()
    return view(resource)


def remove(session: Session, model: type[Resource], resource_id: str, tag: str) -> dict[str, Any]:
    """Take a tag off a resource. Raises NotFound, TagNotFound among them."""
    rows.lock(session, model, resource_id)
    resource = _load(session, model, resource_id)
    tags = resource.standard_attr.tags
    found = next((each for each in tags if each.tag == tag), None)
    if found is None:
        raise TagNotFound(f"{resource_id} has no tag {tag}")
    tags.remove(found)
    session.flush()
    return view(resource)


def _load(session: Session, model: type[Resource], resource_id: str) -> Resource:
    return rows.load(session, model, resource_id, joinedload(model.standard_attr).joinedload(StandardAttribute.tags))
