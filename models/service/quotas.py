"""Quotas: a limit a project and kind of resource, what is in use, and what is put aside.

Upstream counts reservations and compares with a limit, and two requests may both find room. Here whatever bears on a
quota writes its row of usage first, which is made at first sight: who comes second waits, and counts the first.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from models.errors import InvalidInput, OverQuota, ReservationNotFound
from models.tables import Quota, QuotaUsage, Reservation, ResourceDelta

DEFAULT_LIMIT = 1


def read(session: Session, project_id: str, resource: str) -> dict[str, Any]:
    """A project's limit and what counts against it, in one statement."""
    of_project = (QuotaUsage.project_id == project_id, QuotaUsage.resource == resource)
    in_use, reserved = (
        func.coalesce(select(column).where(*of_project).scalar_subquery(), 0)
        for column in (QuotaUsage.in_use, QuotaUsage.reserved)
    )
    limit = _limit(project_id, resource)
    found = session.execute(select(limit.label("limit"), in_use.label("in_use"), reserved.label("reserved")))
    return dict(found.mappings().one())


def read_all(session: Session) -> list[dict[str, Any]]:
    """All limits that differ from the default."""
    quotas = session.scalars(select(Quota).order_by(Quota.project_id, Quota.resource))
    return [{"project": each.project_id, "resource": each.resource, "limit": each.limit} for each in quotas]


def set_limit(session: Session, project_id: str, resource: str, limit: int) -> dict[str, Any]:
    """Give a project a limit of its own; it may be below what the project has. Raises InvalidInput."""
    if limit < 0:
        raise InvalidInput(f"{limit} is no limit")
    claim(session, project_id, resource)
    quota = _quota(session, project_id, resource)
    if quota is None:
        session.add(Quota(project_id=project_id, resource=resource, limit=limit))
    else:
        quota.limit = limit
    session.flush()
    return {"limit": limit}


def reset_limit(session: Session, project_id: str, resource: str) -> dict[str, Any]:
    """Give a project the default limit."""
    claim(session, project_id, resource)
    quota = _quota(session, project_id, resource)
    if quota is not None:
        session.delete(quota)
    session.flush()
    return {"limit": DEFAULT_LIMIT}


def reserve(session: Session, project_id: str, resource: str, amount: int) -> dict[str, Any]:
    """Put something aside for a project. Raises OverQuota, InvalidInput."""
    if amount < 1:
        raise InvalidInput(f"{amount} is no amount")
    usage = claim(session, project_id, resource)
    check_room(session, project_id, resource, amount)
    return put_aside(session, usage, amount)


def check_room(session: Session, project_id: str, resource: str, amount: int) -> None:
    """See that a project may have so much more. Raises OverQuota."""
    known = read(session, project_id, resource)
    if known["in_use"] + known["reserved"] + amount > known["limit"]:
        raise OverQuota(f"{project_id} may have {known['limit']} of {resource}")


def put_aside(session: Session, usage: QuotaUsage, amount: int) -> dict[str, Any]:
    """What `reserve` does once there is room."""
    resource = usage.resource
    usage.reserved += amount
    reservation = Reservation(project_id=usage.project_id, deltas=[ResourceDelta(resource=resource, amount=amount)])
    session.add(reservation)
    session.flush()
    return {"id": reservation.id, "resource": resource, "amount": amount}


def view_reservation(reservation: Reservation) -> dict[str, Any]:
    """What is put aside, as users see it."""
    amounts = {delta.resource: delta.amount for delta in reservation.deltas}
    return {"id": reservation.id, "project": reservation.project_id, "amounts": amounts}


def read_reservation(session: Session, reservation_id: str) -> dict[str, Any]:
    """What is put aside. Raises ReservationNotFound."""
    return view_reservation(_load(session, reservation_id))


def read_all_reservations(session: Session) -> list[dict[str, Any]]:
    """All that is put aside."""
    reservations = select(Reservation).options(joinedload(Reservation.deltas)).order_by(Reservation.id)
    return [view_reservation(each) for each in session.scalars(reservations).unique()]


def commit(session: Session, reservation_id: str) -> dict[str, Any]:
    """Use what has been put aside. Raises ReservationNotFound."""
    return _end(session, reservation_id, used=True)


def cancel(session: Session, reservation_id: str) -> dict[str, Any]:
    """Give back what has been put aside. Raises ReservationNotFound."""
    return _end(session, reservation_id, used=False)


def _end(session: Session, reservation_id: str, *, used: bool) -> dict[str, Any]:
    row = Reservation.id == reservation_id
    put_aside = select(Reservation.project_id, ResourceDelta.resource).join(ResourceDelta).where(row)
    usages = {
        resource: claim(session, project_id, resource)
        for project_id, resource in session.execute(put_aside.order_by(ResourceDelta.resource)).all()
    }
    reservation = _load(session, reservation_id)
    for delta in reservation.deltas:
        usages[delta.resource].reserved -= delta.amount
        usages[delta.resource].in_use += delta.amount if used else 0
    session.delete(reservation)
    session.flush()
    return {delta.resource: delta.amount for delta in reservation.deltas}


def _load(session: Session, reservation_id: str) -> Reservation:
    row = select(Reservation).where(Reservation.id == reservation_id).options(joinedload(Reservation.deltas))
    reservation = session.scalars(row).unique().one_or_none()
    if reservation is None:
        raise ReservationNotFound(f"no reservation {reservation_id}")
    return reservation


def claim(session: Session, project_id: str, resource: str) -> QuotaUsage:
    """The row of usage, written: whoever comes next waits, and goes by what is committed then."""
    unwritten = insert(QuotaUsage).values(project_id=project_id, resource=resource, in_use=0, reserved=0)
    written = unwritten.on_conflict_do_update(
        index_elements=[QuotaUsage.project_id, QuotaUsage.resource], set_={"in_use": QuotaUsage.in_use}
    )
    return session.scalars(written.returning(QuotaUsage)).one()


def _quota(session: Session, project_id: str, resource: str) -> Quota | None:
    of_project = select(Quota).where(Quota.project_id == project_id, Quota.resource == resource)
    return session.scalars(of_project).one_or_none()


def _limit(project_id: str, resource: str) -> ColumnElement[int]:
    own = select(Quota.limit).where(Quota.project_id == project_id, Quota.resource == resource)
    return func.coalesce(own.scalar_subquery(), DEFAULT_LIMIT)
