"""Rows of resources: found, locked, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql.dml import ReturningUpdate

from models import errors
from models.tables import (
    AddressGroup,
    FloatingIP,
    Network,
    Port,
    PortForwarding,
    QosPolicy,
    Resource,
    Router,
    SecurityGroup,
    SecurityGroupRule,
    StandardAttribute,
    Subnet,
    SubnetPool,
    Trunk,
)

Found = TypeVar("Found", bound=Resource)

NOT_FOUND: Mapping[type[Resource], type[errors.NotFound]] = {
    Network: errors.NetworkNotFound,
    Subnet: errors.SubnetNotFound,
    Port: errors.PortNotFound,
    SecurityGroup: errors.SecurityGroupNotFound,
    SecurityGroupRule: errors.SecurityGroupRuleNotFound,
    AddressGroup: errors.AddressGroupNotFound,
    Router: errors.RouterNotFound,
    FloatingIP: errors.FloatingIPNotFound,
    PortForwarding: errors.PortForwardingNotFound,
    QosPolicy: errors.QosPolicyNotFound,
    SubnetPool: errors.SubnetPoolNotFound,
    Trunk: errors.TrunkNotFound,
}


def not_found(model: type[Resource], resource_id: str) -> errors.NotFound:
    """The error that says so."""
    return NOT_FOUND[model](f"no {model.__name__} {resource_id}")


def load(session: Session, model: type[Found], resource_id: str, *options: ORMOption) -> Found:
    """Read a resource, with what the options join to it, in one statement: one snapshot.

    Raises:
        NotFound: of the model's kind.
    """
    found: Found | None = session.scalars(_one(model, options), {_ID: resource_id}).unique().one_or_none()
    if found is None:
        raise not_found(model, resource_id)
    return found


def load_all(session: Session, model: type[Found], *options: ORMOption) -> Sequence[Found]:
    """Read all resources of a kind, as `load` does, in order of their ids."""
    found: Sequence[Found] = session.scalars(_all(model, options)).unique().all()
    return found


def lock(session: Session, model: type[Resource], resource_id: str, *, delete: bool = False) -> None:
    """Keep others from changing a resource, or what counts as a change of it; with `delete`, from using it, too.

    Raises:
        NotFound: of the model's kind.
    """
    if session.execute(_locked(model, delete=delete), {_ID: resource_id}).one_or_none() is None:
        raise not_found(model, resource_id)


def lock_if_there(session: Session, model: type[Resource], resource_id: str) -> None:
    """Lock a resource that may be gone by now, and what is looked for with it."""
    with suppress(errors.NotFound):
        lock(session, model, resource_id)


def touch(session: Session, model: type[Resource], resource_id: str) -> None:
    """Lock a resource, and make who locks it next with an older snapshot begin anew (REPEATABLE READ).

    A lock alone does not: it tells an older snapshot of what has changed, and a row that was merely locked has not.
    So this is for what goes by a resource, or adds to it, and is no change of it.

    Raises:
        NotFound: of the model's kind.
    """
    if session.execute(_touched(model), {_ID: resource_id}).one_or_none() is None:
        raise not_found(model, resource_id)


def require(session: Session, model: type[Resource], resource_id: str) -> None:
    """See that a resource is there.

    Raises:
        NotFound: of the model's kind.
    """
    if session.scalar(_id_of(model), {_ID: resource_id}) is None:
        raise not_found(model, resource_id)


def change(resource: Resource, changes: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Set columns; the description is one of the standard attributes.

    Raises:
        InvalidInput: a name that is not allowed.
    """
    for name, value in changes.items():
        if name not in allowed:
            raise errors.InvalidInput(f"{name} of a {type(resource).__name__} cannot be changed")
        setattr(resource.standard_attr if name == "description" else resource, name, value)


def view(resource: Resource, **rest: Any) -> dict[str, Any]:
    """What users see of every resource, and the rest."""
    standard_attr = resource.standard_attr
    return {
        "id": resource.id,
        "revision_number": standard_attr.revision_number,
        "name": resource.name,
        "description": standard_attr.description,
        **rest,
    }


_ID = "resource_id"
"""The parameter of the statements below, which are put together once: to do so takes time."""


@cache
def _one(model: type[Resource], options: Sequence[ORMOption]) -> Select[Any]:
    return select(model).where(model.id == bindparam(_ID)).options(*options)


@cache
def _all(model: type[Resource], options: Sequence[ORMOption]) -> Select[Any]:
    return select(model).options(*options).order_by(model.id)


@cache
def _locked(model: type[Resource], *, delete: bool) -> Select[Any]:
    return (
        select(StandardAttribute.id)
        .join(model, model.standard_attr_id == StandardAttribute.id)
        .where(model.id == bindparam(_ID))
        .with_for_update(key_share=not delete)
    )


@cache
def _touched(model: type[Resource]) -> ReturningUpdate[Any]:
    unchanged = {"revision_number": StandardAttribute.revision_number, "updated_at": StandardAttribute.updated_at}
    return (
        update(StandardAttribute)
        .where(StandardAttribute.id == model.standard_attr_id, model.id == bindparam(_ID))
        .values(unchanged)
        .returning(StandardAttribute.id)
        .execution_options(synchronize_session=False)
    )


@cache
def _id_of(model: type[Resource]) -> Select[Any]:
    return select(model.id).where(model.id == bindparam(_ID))
