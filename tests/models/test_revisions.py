from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models import Network, errors, seed
from models.revisions import Revisions
from models.tables import (
    Base,
    Port,
    Resource,
    SecurityGroup,
    StandardAttribute,
    Subnet,
)
from models.tables import (
    Network as NetworkRow,
)

target = Network()


Revision = Callable[[type[Resource], str], int]


def test_if_match_holds_for_an_update_that_changes_nothing(session: Session) -> None:
    with pytest.raises(errors.RevisionMismatch):
        target.update_port(session, seed.PORT, {"name": seed.PORT}, 1)
    with pytest.raises(errors.RevisionMismatch):
        target.move_port(session, seed.PORT, seed.SUBNET, "10.0.0.2", 1)


def test_if_match_is_forgotten_after_the_call(session: Session) -> None:
    target.update_port(session, seed.PORT, {"name": "a"}, 0)
    assert target.update_port(session, seed.PORT, {"name": "b"}, None)["revision_number"] == 2


def test_port_security_groups_update_revises_the_port_alone(session: Session, revision: Revision) -> None:
    target.bind_port(session, seed.PORT, seed.FREE_GROUP)
    target.unbind_port(session, seed.PORT, seed.FREE_GROUP)
    assert (revision(Port, seed.PORT), revision(SecurityGroup, seed.FREE_GROUP)) == (2, 0)


def test_network_name_update_revises(session: Session, revision: Revision) -> None:
    target.update_network(session, seed.NETWORK, {"name": "a"}, None)
    assert (revision(NetworkRow, seed.NETWORK), revision(NetworkRow, seed.OTHER_NETWORK)) == (1, 0)


def test_name_and_description_together_bump_once(session: Session, revision: Revision) -> None:
    target.update_network(session, seed.NETWORK, {"name": "a", "description": "a"}, None)
    assert revision(NetworkRow, seed.NETWORK) == 1


def test_subnet_ops_bump_network(session: Session, revision: Revision) -> None:
    target.create_subnet(session, seed.NETWORK, "10.0.1.0/24")
    assert revision(NetworkRow, seed.NETWORK) == 1
    target.update_subnet(session, seed.FREE_SUBNET, {"name": "a"}, None)
    assert (revision(Subnet, seed.FREE_SUBNET), revision(NetworkRow, seed.NETWORK)) == (1, 2)
    target.delete_subnet(session, seed.FREE_SUBNET, None)
    assert revision(NetworkRow, seed.NETWORK) == 3


def test_port_ops_do_not_bump_network(session: Session, revision: Revision) -> None:
    target.create_port(session, seed.NETWORK, seed.SUBNET, seed.MACS[2])
    target.delete_port(session, seed.PORT, None)
    assert (revision(NetworkRow, seed.NETWORK), revision(Subnet, seed.SUBNET)) == (0, 0)


def test_a_deleted_remote_group_bumps_the_groups_whose_rules_named_it(session: Session, revision: Revision) -> None:
    target.unbind_port(session, seed.PORT, seed.GROUP)
    target.delete_security_group(session, seed.GROUP, None)
    assert revision(SecurityGroup, seed.FREE_GROUP) == 1


def test_an_update_to_the_same_values_does_not_bump(session: Session, revision: Revision) -> None:
    target.update_port(session, seed.PORT, {"name": seed.PORT}, None)
    target.move_port(session, seed.PORT, seed.SUBNET, "10.0.0.2", None)
    target.bind_port(session, seed.PORT, seed.GROUP)
    target.unbind_port(session, seed.PORT, seed.FREE_GROUP)
    assert revision(Port, seed.PORT) == 0


def test_many_flushes_of_one_transaction_bump_once(session: Session, revision: Revision) -> None:
    Revisions().attach(session)
    port = session.get_one(Port, seed.PORT)
    for name in ("a", "b"):
        port.name = name
        session.flush()
    session.delete(port.allocations[0])
    session.commit()
    assert revision(Port, seed.PORT) == 1
    port.name = "c"
    session.commit()
    assert revision(Port, seed.PORT) == 2


def test_a_rolled_back_bump_leaves_no_trace(session: Session, revision: Revision) -> None:
    Revisions().attach(session)
    port = session.get_one(Port, seed.PORT)
    port.name = "a"
    session.flush()
    session.rollback()
    port.name = "b"
    session.commit()
    assert revision(Port, seed.PORT) == 1


def test_related_bumps_of_two_sessions_add_up(session: Session, other: Session, revision: Revision) -> None:
    for each in (session, other):
        Revisions().attach(each)
    mine, theirs = session.get_one(Subnet, seed.SUBNET), other.get_one(Subnet, seed.FREE_SUBNET)
    assert mine.network.standard_attr.revision_number == theirs.network.standard_attr.revision_number == 0
    theirs.name = "theirs"
    other.commit()
    mine.name = "mine"
    session.commit()
    assert mine.network.standard_attr.revision_number == 2


def test_own_bumps_of_two_sessions_do_not(session: Session, other: Session, revision: Revision) -> None:
    for each in (session, other):
        Revisions().attach(each)
    mine, theirs = session.get_one(Port, seed.PORT), other.get_one(Port, seed.PORT)
    theirs.name = "theirs"
    other.commit()
    mine.name = "mine"
    with pytest.raises(StaleDataError):
        session.commit()
    session.rollback()
    assert (mine.name, revision(Port, seed.PORT)) == ("theirs", 1)


def test_a_delete_does_not_overlook_a_change(session: Session, other: Session) -> None:
    port = session.get_one(Port, seed.PORT)
    target.update_port(other, seed.PORT, {"name": "theirs"}, None)
    session.delete(port)
    with pytest.raises(StaleDataError):
        session.flush()
    session.rollback()
    assert target.read_port(other, seed.PORT)["name"] == "theirs"


def test_deleting_through_the_orm_leaves_no_standard_attributes_behind(engine: Engine, session: Session) -> None:
    target.unbind_port(session, seed.PORT, seed.GROUP)
    for port in seed.PORTS:
        target.delete_port(session, port, None)
    for group in seed.GROUPS:
        target.delete_security_group(session, group, None)
    target.delete_subnet(session, seed.FREE_SUBNET, None)
    target.delete_network(session, seed.OTHER_NETWORK, None)
    owned = union_all(
        *(
            select(mapper.class_.standard_attr_id)
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, Resource)
        )
    )
    with engine.connect() as connection:
        orphans = select(StandardAttribute.resource_type).where(StandardAttribute.id.not_in(owned))
        assert connection.execute(orphans).all() == []
