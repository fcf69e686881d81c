from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed

target = Network()


def test_a_created_floating_ip_has_an_outer_address_and_stands_for_nothing(session: Session) -> None:
    created = target.create_floating_ip(session, seed.OUTER_SUBNET)
    assert (created["address"], created["port"], created["router"]) == ("172.24.0.6", None, None)
    assert target.read_floating_ip(session, created["id"]) == created
    assert len(target.list_floating_ips(session)) == 4


def test_a_floating_ip_stands_for_a_port_until_it_is_disassociated(session: Session) -> None:
    associated = target.associate_floating_ip(session, seed.FREE_FLOATING_IP, seed.PORT)
    assert (associated["port"], associated["fixed_address"]) == (seed.PORT, seed.ADDRESSES[0])
    assert (associated["router"], associated["revision_number"]) == (seed.ROUTER, 1)
    assert target.associate_floating_ip(session, seed.FREE_FLOATING_IP, seed.PORT) == associated
    freed = target.disassociate_floating_ip(session, seed.FREE_FLOATING_IP)
    assert (freed["port"], freed["fixed_address"], freed["router"]) == (None, None, None)


def test_an_address_has_one_floating_ip(session: Session) -> None:
    with pytest.raises(errors.FixedAddressInUse):
        target.associate_floating_ip(session, seed.FREE_FLOATING_IP, seed.SERVED_PORT)


def test_a_floating_ip_does_not_stand_for_a_port_and_a_port_number(session: Session) -> None:
    with pytest.raises(errors.FloatingIPInUse):
        target.associate_floating_ip(session, seed.FORWARDING_IP, seed.PORT)
    with pytest.raises(errors.FloatingIPInUse):
        target.create_port_forwarding(session, seed.FLOATING_IP, seed.PORT, 8081)


def test_a_floating_ip_needs_a_router(session: Session) -> None:
    target.disassociate_floating_ip(session, seed.FLOATING_IP)
    target.delete_floating_ip(session, seed.FORWARDING_IP, None)
    target.clear_gateway(session, seed.ROUTER)
    with pytest.raises(errors.GatewayNotFound):
        target.associate_floating_ip(session, seed.FREE_FLOATING_IP, seed.PORT)


def test_a_deleted_floating_ip_gives_its_address_back(session: Session) -> None:
    target.delete_floating_ip(session, seed.FORWARDING_IP, None)
    with pytest.raises(errors.FloatingIPNotFound):
        target.read_floating_ip(session, seed.FORWARDING_IP)
    with pytest.raises(errors.PortForwardingNotFound):
        target.read_port_forwarding(session, seed.FORWARDING)
    assert target.create_floating_ip(session, seed.OUTER_SUBNET)["address"] == "172.24.0.5"


def test_a_port_number_is_forwarded_once(session: Session) -> None:
    created = target.create_port_forwarding(session, seed.FORWARDING_IP, seed.PORT, 8081)
    assert target.read_port_forwarding(session, created["id"]) == created
    with pytest.raises(errors.PortForwardingExists):
        target.create_port_forwarding(session, seed.FORWARDING_IP, seed.SERVED_PORT, 8081)
    with pytest.raises(errors.PortForwardingExists):
        target.create_port_forwarding(session, seed.FREE_FLOATING_IP, seed.PORT, 8082)
    with pytest.raises(errors.PortForwardingExists):
        target.update_port_forwarding(session, seed.FORWARDING, {"external_port": 8081}, None)
    assert len(target.list_port_forwardings(session)) == 2


def test_the_last_forwarding_takes_its_floating_ip_off_the_router(session: Session) -> None:
    changed = target.update_port_forwarding(session, seed.FORWARDING, {"external_port": 8082}, 0)
    assert (changed["external_port"], changed["revision_number"]) == (8082, 1)
    target.delete_port_forwarding(session, seed.FORWARDING, 1)
    left = target.read_floating_ip(session, seed.FORWARDING_IP)
    assert (left["router"], left["forwardings"], left["revision_number"]) == (None, [], 2)


def test_a_deleted_port_frees_what_stood_for_it(session: Session) -> None:
    target.delete_port(session, seed.SERVED_PORT, None)
    free = target.read_floating_ip(session, seed.FLOATING_IP)
    assert (free["port"], free["router"], free["revision_number"]) == (None, None, 1)
    left = target.read_floating_ip(session, seed.FORWARDING_IP)
    assert (left["forwardings"], left["router"], left["revision_number"]) == ([], None, 1)
