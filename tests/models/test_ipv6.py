"""IPv6 can be written in many ways: what is the same address is the same row."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed

target = Network()

RANGE, SAME_RANGE = "2001:db8::/64", "2001:0DB8:0:0::/64"
ADDRESS, SAME_ADDRESS = "2001:db8::5", "2001:db8:0::0005"


@pytest.fixture
def subnet(session: Session) -> str:
    return str(target.create_subnet(session, seed.NETWORK, SAME_RANGE)["id"])


def test_a_subnet_is_created_once_however_it_is_written(session: Session, subnet: str) -> None:
    created = target.read_subnet(session, subnet)
    assert (created["cidr"], created["allocation_pools"]) == (RANGE, [("2001:db8::2", "2001:db8::ffff:ffff:ffff:fffe")])
    with pytest.raises(errors.OverlappingCidr):
        target.create_subnet(session, seed.NETWORK, RANGE)


def test_a_pool_is_read_as_addresses_are_given(session: Session) -> None:
    given = ["2001:DB8::0010", "2001:DB8:0::11"]
    created = target.create_subnet_with_pool(session, seed.NETWORK, RANGE, given)
    assert created["allocation_pools"] == [("2001:db8::10", "2001:db8::11")]
    assert (created["id"], "2001:db8::10") in target.allocate_ip(session, seed.PORT, created["id"], None)["fixed_ips"]


def test_an_address_is_given_once_however_it_is_written(session: Session, subnet: str) -> None:
    given = target.allocate_ip(session, seed.PORT, subnet, SAME_ADDRESS)
    assert (subnet, ADDRESS) in given["fixed_ips"]
    for written in (ADDRESS, SAME_ADDRESS, ADDRESS.upper()):
        with pytest.raises(errors.AddressInUse):
            target.allocate_ip(session, seed.OTHER_PORT, subnet, written)
        with pytest.raises(errors.AddressInUse):
            target.move_port(session, seed.OTHER_PORT, subnet, written, None)


def test_a_port_that_has_an_address_need_not_move_to_it(session: Session, subnet: str) -> None:
    moved = target.move_port(session, seed.PORT, subnet, SAME_ADDRESS, None)
    assert moved["fixed_ips"] == [(subnet, ADDRESS)]
    assert target.move_port(session, seed.PORT, subnet, ADDRESS.upper(), None) == moved


def test_an_address_is_released_however_it_is_written(session: Session, subnet: str) -> None:
    target.allocate_ip(session, seed.PORT, subnet, ADDRESS)
    released = target.release_ip(session, seed.PORT, SAME_ADDRESS)
    assert released["fixed_ips"] == [(seed.SUBNET, seed.ADDRESSES[0])]


def test_an_address_pair_is_one_pair_however_it_is_written(session: Session) -> None:
    pairs = [[seed.MACS[3], each] for each in (ADDRESS, SAME_ADDRESS)]
    paired = target.set_address_pairs(session, seed.PORT, pairs)
    assert (paired["allowed_address_pairs"], paired["revision_number"]) == ([(seed.MACS[3], ADDRESS)], 1)
    assert target.set_address_pairs(session, seed.PORT, pairs[1:]) == paired


def test_a_range_is_in_an_address_group_once_however_it_is_written(session: Session) -> None:
    assert RANGE in target.add_address(session, seed.ADDRESS_GROUP, SAME_RANGE)["addresses"]
    with pytest.raises(errors.AddressAssociationExists):
        target.add_address(session, seed.ADDRESS_GROUP, RANGE)
    assert RANGE not in target.remove_address(session, seed.ADDRESS_GROUP, SAME_RANGE)["addresses"]


def test_a_route_is_one_route_however_it_is_written(session: Session, subnet: str) -> None:
    target.move_port(session, seed.PORT, subnet, None, None)
    target.add_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
    routes = [["2001:db8:0001::/64", SAME_ADDRESS], ["2001:db8:1:0::/64", ADDRESS]]
    routed = target.set_routes(session, seed.OTHER_ROUTER, routes)
    assert routed["routes"] == [("2001:db8:1::/64", ADDRESS)]
    assert target.set_routes(session, seed.OTHER_ROUTER, routes[1:]) == routed


def test_a_prefix_is_in_a_pool_once_however_it_is_written(session: Session) -> None:
    created = target.create_subnet_pool(session, "a", "2001:0000::/16")
    assert created["prefixes"] == ["2001::/16"]
    with pytest.raises(errors.OverlappingCidr):
        target.add_prefix(session, created["id"], "2001:0::/16")
    assert target.cut_subnet(session, seed.NETWORK, created["id"])["cidr"] == "2001::/25"
    with pytest.raises(errors.PrefixInUse):
        target.remove_prefix(session, created["id"], "2001:0:0::/16")
