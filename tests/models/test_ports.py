from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed

target = Network()


def test_a_subnet_gives_addresses_of_its_pool_first_to_last(session: Session) -> None:
    pool = ["10.0.1.20", "10.0.1.21"]
    created = target.create_subnet_with_pool(session, seed.NETWORK, "10.0.1.0/24", pool)
    assert created["allocation_pools"] == [tuple(pool)]
    for address in pool:
        port = target.allocate_ip(session, seed.PORT, created["id"], None)
        assert (created["id"], address) in port["fixed_ips"]
    with pytest.raises(errors.AddressExhausted):
        target.allocate_ip(session, seed.PORT, created["id"], None)


@pytest.mark.parametrize("pool", [["10.0.1.20"], ["10.0.1.20", "10.0.1.19"], ["10.0.1.20", "10.0.2.1"], ["a", "b"]])
def test_a_pool_is_a_part_of_its_subnet(session: Session, pool: list[str]) -> None:
    with pytest.raises(errors.InvalidInput):
        target.create_subnet_with_pool(session, seed.NETWORK, "10.0.1.0/24", pool)


def test_a_port_has_as_many_addresses_as_it_is_given(session: Session) -> None:
    target.allocate_ip(session, seed.PORT, seed.SUBNET, None)
    given = target.allocate_ip(session, seed.PORT, seed.FREE_SUBNET, None)
    assert [address for _, address in given["fixed_ips"]] == ["10.0.0.2", "10.0.0.4", "10.0.0.10"]
    released = target.release_ip(session, seed.PORT, "10.0.0.2")
    assert [address for _, address in released["fixed_ips"]] == ["10.0.0.4", "10.0.0.10"]
    assert target.read_port(session, seed.PORT) == released


def test_an_address_is_released_by_who_has_it(session: Session) -> None:
    with pytest.raises(errors.AddressNotFound):
        target.release_ip(session, seed.PORT, "10.0.0.3")


def test_an_address_that_a_floating_ip_stands_for_is_kept(session: Session) -> None:
    with pytest.raises(errors.FixedAddressInUse):
        target.release_ip(session, seed.SERVED_PORT, seed.SERVED_ADDRESS)
    with pytest.raises(errors.FixedAddressInUse):
        target.move_port(session, seed.SERVED_PORT, seed.FREE_SUBNET, None, None)


def test_address_pairs_are_set_all_at_a_time(session: Session) -> None:
    pairs = [[seed.MACS[3], "10.0.0.9"], [seed.MACS[3], "10.0.0.10"]]
    assert len(target.set_address_pairs(session, seed.PORT, pairs)["allowed_address_pairs"]) == 2
    changed = target.set_address_pairs(session, seed.PORT, pairs[:1])
    assert (changed["allowed_address_pairs"], changed["revision_number"]) == ([(seed.MACS[3], "10.0.0.9")], 2)
    assert target.set_address_pairs(session, seed.PORT, pairs[:1])["revision_number"] == 2


def test_the_first_host_is_active_and_the_next_waits_for_it(session: Session) -> None:
    bound = target.bind_host(session, seed.PORT, seed.OTHER_HOST)
    assert bound["hosts"] == [(seed.HOST, "ACTIVE"), (seed.OTHER_HOST, "INACTIVE")]
    moved = target.activate_host(session, seed.PORT, seed.OTHER_HOST)
    assert moved["hosts"] == [(seed.HOST, "INACTIVE"), (seed.OTHER_HOST, "ACTIVE")]
    left = target.unbind_host(session, seed.PORT, seed.HOST)
    assert (left["hosts"], left["revision_number"]) == ([(seed.OTHER_HOST, "ACTIVE")], 3)


def test_a_port_is_on_a_host_once(session: Session) -> None:
    with pytest.raises(errors.BindingExists):
        target.bind_host(session, seed.PORT, seed.HOST)
    with pytest.raises(errors.BindingNotFound):
        target.activate_host(session, seed.PORT, seed.OTHER_HOST)


def test_a_resource_has_a_tag_or_has_it_not(session: Session) -> None:
    path = f"networks/{seed.NETWORK}"
    assert target.add_tag(session, path, seed.OTHER_TAG)["tags"] == [seed.OTHER_TAG, seed.TAG]
    assert target.remove_tag(session, path, seed.TAG)["tags"] == [seed.OTHER_TAG]
    assert target.read_tags(session, path) == {"id": seed.NETWORK, "revision_number": 2, "tags": [seed.OTHER_TAG]}
    assert target.add_tag(session, path, seed.OTHER_TAG)["revision_number"] == 2
    with pytest.raises(errors.TagNotFound):
        target.remove_tag(session, path, seed.TAG)


def test_tags_go_with_their_resource(session: Session) -> None:
    target.add_tag(session, f"ports/{seed.PORT}", seed.TAG)
    target.delete_port(session, seed.PORT, None)
    with pytest.raises(errors.PortNotFound):
        target.read_tags(session, f"ports/{seed.PORT}")


@pytest.mark.parametrize("port", seed.OWNED_PORTS)
def test_a_port_of_a_router_or_a_trunk_is_in_use(session: Session, port: str) -> None:
    with pytest.raises(errors.PortInUse):
        target.delete_port(session, port, None)


def test_a_router_keeps_its_port(session: Session) -> None:
    with pytest.raises(errors.PortInUse):
        target.update_port(session, seed.INTERFACE, {"device_id": "vm"}, None)
