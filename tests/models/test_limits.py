from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed
from models.service.quotas import DEFAULT_LIMIT

target = Network()


def test_a_project_reserves_no_more_than_it_may_have(session: Session) -> None:
    with pytest.raises(errors.OverQuota):
        target.reserve(session, seed.PROJECT, 2)
    target.reserve(session, seed.PROJECT, 1)
    assert target.read_quota(session, seed.PROJECT) == {"limit": 2, "in_use": 0, "reserved": 2}
    with pytest.raises(errors.OverQuota):
        target.reserve(session, seed.PROJECT, 1)


def test_a_project_without_a_quota_has_the_default_one(session: Session) -> None:
    untouched = {"limit": DEFAULT_LIMIT, "in_use": 0, "reserved": 0}
    assert target.read_quota(session, seed.OTHER_PROJECT) == untouched
    target.set_quota(session, seed.OTHER_PROJECT, 3)
    assert target.read_quota(session, seed.OTHER_PROJECT) == {**untouched, "limit": 3}
    target.set_quota(session, seed.OTHER_PROJECT, 0)
    with pytest.raises(errors.OverQuota):
        target.reserve(session, seed.OTHER_PROJECT, 1)
    target.reset_quota(session, seed.OTHER_PROJECT)
    assert target.read_quota(session, seed.OTHER_PROJECT) == untouched


def test_limits_and_reservations_are_listed(session: Session) -> None:
    first = {"project": seed.PROJECT, "resource": "network", "limit": 2}
    assert target.list_quotas(session) == [first]
    target.set_quota(session, seed.OTHER_PROJECT, 3)
    assert target.list_quotas(session) == [first, {**first, "project": seed.OTHER_PROJECT, "limit": 3}]
    seeded = {"id": seed.RESERVATION, "project": seed.PROJECT, "amounts": {"network": 1}}
    assert target.read_reservation(session, seed.RESERVATION) == seeded
    assert target.list_reservations(session) == [seeded]
    target.cancel_reservation(session, seed.RESERVATION)
    assert target.list_reservations(session) == []


def test_a_reservation_is_used_or_given_back_once(session: Session) -> None:
    reserved = target.reserve(session, seed.PROJECT, 1)
    target.commit_reservation(session, seed.RESERVATION)
    assert target.read_quota(session, seed.PROJECT) == {"limit": 2, "in_use": 1, "reserved": 1}
    target.cancel_reservation(session, reserved["id"])
    assert target.read_quota(session, seed.PROJECT) == {"limit": 2, "in_use": 1, "reserved": 0}
    for gone in (target.commit_reservation, target.cancel_reservation, target.read_reservation):
        with pytest.raises(errors.ReservationNotFound):
            gone(session, seed.RESERVATION)


def test_subnets_are_cut_until_the_pool_is_exhausted(session: Session) -> None:
    cut = target.cut_subnet(session, seed.OTHER_NETWORK, seed.POOL)
    assert (cut["cidr"], cut["network_id"]) == ("10.8.0.128/25", seed.OTHER_NETWORK)
    pool = target.read_subnet_pool(session, seed.POOL)
    assert (pool["revision_number"], len(pool["hash"])) == (1, 64)
    with pytest.raises(errors.PoolExhausted):
        target.cut_subnet(session, seed.OTHER_NETWORK, seed.POOL)
    target.delete_subnet(session, seed.CUT_SUBNET, None)
    assert target.cut_subnet(session, seed.OTHER_NETWORK, seed.POOL)["cidr"] == seed.CUT_CIDR


def test_a_cut_overlaps_no_other_subnet_of_the_network(session: Session) -> None:
    target.create_subnet(session, seed.OTHER_NETWORK, "10.8.0.128/26")
    with pytest.raises(errors.PoolExhausted):
        target.cut_subnet(session, seed.OTHER_NETWORK, seed.POOL)


def test_a_pool_with_subnets_is_not_deleted(session: Session) -> None:
    with pytest.raises(errors.SubnetPoolInUse):
        target.delete_subnet_pool(session, seed.POOL, None)
    target.delete_subnet_pool(session, seed.SMALL_POOL, None)
    with pytest.raises(errors.SubnetPoolNotFound):
        target.read_subnet_pool(session, seed.SMALL_POOL)


def test_prefixes_come_and_go_without_a_revision(session: Session) -> None:
    assert target.add_prefix(session, seed.POOL, "10.6.0.0/24")["prefixes"] == ["10.6.0.0/24", "10.8.0.0/24"]
    with pytest.raises(errors.OverlappingCidr):
        target.add_prefix(session, seed.POOL, "10.6.0.0/25")
    with pytest.raises(errors.PrefixInUse):
        target.remove_prefix(session, seed.POOL, "10.8.0.0/24")
    assert target.remove_prefix(session, seed.POOL, "10.6.0.0/24")["prefixes"] == ["10.8.0.0/24"]
    with pytest.raises(errors.PrefixNotFound):
        target.remove_prefix(session, seed.POOL, "10.6.0.0/24")
    assert target.read_subnet_pool(session, seed.POOL)["revision_number"] == 0


def test_a_created_pool_is_read_as_it_was_returned(session: Session) -> None:
    created = target.create_subnet_pool(session, "a", "10.6.0.0/24")
    assert target.read_subnet_pool(session, created["id"]) == created
    changed = target.update_subnet_pool(session, created["id"], {"name": "b"}, 0)
    assert (changed["name"], len(target.list_subnet_pools(session))) == ("b", 3)


def test_a_trunk_carries_ports_by_segmentation_id(session: Session) -> None:
    with pytest.raises(errors.SegmentationIdInUse):
        target.add_subport(session, seed.TRUNK, seed.PORT, 1)
    target.add_subport(session, seed.TRUNK, seed.PORT, 2)
    trunk = target.read_trunk(session, seed.TRUNK)
    assert (trunk["subports"], trunk["revision_number"]) == ([(seed.PORT, 2), (seed.SUBPORT, 1)], 0)
    target.remove_subport(session, seed.TRUNK, seed.PORT)
    with pytest.raises(errors.SubPortNotFound):
        target.remove_subport(session, seed.TRUNK, seed.PORT)


def test_a_port_is_part_of_one_trunk(session: Session) -> None:
    for port in (seed.TRUNK_PORT, seed.SUBPORT):
        with pytest.raises(errors.PortInUse):
            target.create_trunk(session, port)
        with pytest.raises(errors.PortInUse):
            target.add_subport(session, seed.TRUNK, port, 2)


def test_a_deleted_trunk_frees_its_ports(session: Session) -> None:
    target.delete_trunk(session, seed.TRUNK, None)
    with pytest.raises(errors.TrunkNotFound):
        target.read_trunk(session, seed.TRUNK)
    created = target.create_trunk(session, seed.SUBPORT)
    assert target.list_trunks(session) == [created]
    assert target.update_trunk(session, created["id"], {"name": "a"}, 0)["name"] == "a"
