"""Session operations: one session lives through all calls of a program, and its identity map goes stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from fuzz import operation
from models import seed
from models.holding import hold
from models.reference import _Reference
from models.tables import Network, Port, Resource, SecurityGroup, SecurityGroupRule, Subnet
from models.transactions import sqlstate


class Documented(Exception):
    """An act on a session ended as documented for it, though not in a result."""


class Gone(Documented):
    """What the act reads has been deleted by another session: ObjectDeletedError, "Could not refresh instance"."""


class Stale(Documented):
    """What the act writes has been changed by another session: StaleDataError."""


class Refused(Documented):
    """PostgreSQL refused it: a constraint, a deadlock, a serialization failure."""


REFUSED = frozenset(
    {
        "40001",  # serialization failure: any statement, under REPEATABLE READ and above
        "40P01",  # deadlock detected: nobody locks in a fixed order here
        "23502",  # not null: merge() inserts what it does not find, and has no more than id and name of it
        "23503",  # foreign key: the parent is gone, or a child is there
        "23505",  # unique: the MAC address of an added port
    }
)

MODELS: Mapping[str, type[Resource]] = {
    # No subnet and no group with rows that only the database would delete with it, uncounted.
    seed.NETWORK: Network,
    seed.FREE_SUBNET: Subnet,
    seed.PORT: Port,
    seed.FREE_GROUP: SecurityGroup,
    seed.OTHER_RULE: SecurityGroupRule,
}
WHICH = st.sampled_from(list(MODELS))

_KNOWN = "known"


class Sessions(_Reference):
    """What one does with a session, on the tables of the network service.

    The exceptions that SQLAlchemy documents for an act are told as `Documented`, each only where it belongs: an
    ObjectDeletedError that leaves a flush is none of them.
    """

    expected: ClassVar[tuple[type[Exception], ...]] = (Documented,)
    session_scope = "program"
    serial = False  # what one transaction of a program sees, the next need not see again

    @operation(which=WHICH)
    def get(self, session: Session, which: str) -> bool:
        """Session.get; whether it is there."""
        with self._reading(session):
            found = session.get(MODELS[which], which)
            if found is not None:
                _known(session)[which] = found
            return found is not None

    @operation(which=WHICH)
    def touch(self, session: Session, which: str) -> str | None:
        """Read an attribute, from the database if it is expired; None for what is not there."""
        with self._reading(session):
            found = self._take(session, which)
            return None if found is None else found.name

    @operation(which=WHICH)
    def change(self, session: Session, which: str) -> None:
        """Make the name longer: a transaction that did it twice has not taken it back."""
        with self._reading(session):
            found = self._take(session, which)
            if found is not None:
                found.name += "x"

    @operation(kind=st.sampled_from(["subnet", "port", "rule"]))
    def add(self, session: Session, kind: str) -> None:
        """Add a child to a parent as the session knows it: perhaps expired, perhaps gone."""
        with self._reading(session):
            key = seed.FREE_GROUP if kind == "rule" else seed.NETWORK
            parent = self._take(session, key)
            if parent is not None:
                session.add(_child(kind, key, parent))

    @operation(which=WHICH)
    def delete(self, session: Session, which: str) -> None:
        """Session.delete, with a flush before, that it sees children still to be written, and one after.

        An expired object that is still to be deleted is read by the flush, ObjectDeletedError and all.
        """
        with self._writing(session):
            session.flush()
        with self._reading(session):
            found = self._take(session, which)
            if found is not None:
                session.delete(found)
        with self._writing(session):
            session.flush()

    @operation
    def expire_all(self, session: Session) -> None:
        """Session.expire_all."""
        session.expire_all()

    @operation(which=WHICH)
    def refresh(self, session: Session, which: str) -> None:
        """Session.refresh."""
        with self._reading(session):
            found = self._take(session, which)
            if found is not None:
                session.refresh(found)

    @operation(which=WHICH)
    def merge(self, session: Session, which: str) -> None:
        """Session.merge of an object that came from elsewhere, with a new name and nothing more."""
        with self._reading(session):
            _known(session)[which] = session.merge(MODELS[which](id=which, name=str(uuid4())))

    @operation
    def flush(self, session: Session) -> None:
        """Session.flush."""
        with self._writing(session):
            session.flush()

    @operation
    def commit(self, session: Session) -> None:
        """Session.commit."""
        with self._writing(session):
            session.commit()

    @operation
    def rollback(self, session: Session) -> None:
        """Session.rollback."""
        session.rollback()

    def _take(self, session: Session, which: str) -> Resource | None:
        """The object as the session knows it, however stale, else as it gets it; None while it is only to be."""
        known = _known(session)
        found = known.get(which)
        if found is None or found not in session:
            found = session.get(MODELS[which], which)
            if found is not None:
                known[which] = found
        return found if found is not None and inspect(found).persistent else None

    @contextmanager
    def _writing(self, session: Session) -> Iterator[None]:
        """What a flush may come to."""
        hold(session)
        self.transactions.revisions.attach(session)
        try:
            yield
        except StaleDataError as error:
            raise Stale(str(error)) from None
        except DBAPIError as error:
            if sqlstate(error) not in REFUSED:
                raise
            raise Refused(str(sqlstate(error))) from None

    @contextmanager
    def _reading(self, session: Session) -> Iterator[None]:
        """What reading may come to; it flushes first (autoflush)."""
        with self._writing(session):
            try:
                yield
            except ObjectDeletedError as error:
                raise Gone(str(error)) from None
            except InvalidRequestError as error:
                if "Could not refresh instance" not in str(error):  # the class says everything and nothing
                    raise
                raise Gone(str(error)) from None


def _known(session: Session) -> dict[str, Resource]:
    known: dict[str, Resource] = session.info.setdefault(_KNOWN, {})
    return known


def _child(kind: str, key: str, parent: Resource) -> Resource:
    """A child of a parent, by key: a flush need not read the parent for it, but the revision plugin must."""
    match kind:
        case "rule":
            return _led(SecurityGroupRule.new(security_group_id=key, direction="egress", protocol="tcp"), parent)
        case "subnet":
            return _led(Subnet.new(network_id=key, cidr="10.9.0.0/24"), parent)
        case _:
            return Port.new(network_id=key, mac_address=seed.MACS[2])


def _led(child: Resource, parent: Resource) -> Resource:
    """The child with its relation to the parent as if it had been loaded."""
    (relation,) = child.revises_on_change
    set_committed_value(child, relation, parent)
    return child
