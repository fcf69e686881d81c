from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed

target = Network()


def test_a_created_network_is_read_as_it_was_returned(session: Session) -> None:
    created = target.create_network(session, "a")
    assert (created["name"], created["description"], created["revision_number"]) == ("a", "", 0)
    assert (created["subnets"], created["shared_with"]) == ([], [])
    assert target.read_network(session, created["id"]) == created


def test_all_networks_are_listed_with_their_subnets(session: Session) -> None:
    listed = target.list_networks(session)
    assert [(network["id"], network["subnets"]) for network in listed] == [
        (seed.NETWORK, list(seed.SUBNETS)),
        (seed.OTHER_NETWORK, []),
        (seed.OUTER_NETWORK, [seed.CUT_SUBNET, seed.OUTER_SUBNET]),
    ]


def test_a_changed_network_is_returned_at_its_committed_revision(session: Session) -> None:
    changed = target.update_network(session, seed.NETWORK, {"name": "a", "description": "b"}, None)
    assert (changed["name"], changed["description"], changed["revision_number"]) == ("a", "b", 1)
    assert target.read_network(session, seed.NETWORK) == changed


def test_a_deleted_network_is_not_found(session: Session) -> None:
    target.delete_network(session, seed.OTHER_NETWORK, None)
    with pytest.raises(errors.NetworkNotFound):
        target.read_network(session, seed.OTHER_NETWORK)


def test_a_network_with_subnets_is_in_use(session: Session) -> None:
    with pytest.raises(errors.NetworkInUse):
        target.delete_network(session, seed.NETWORK, None)


def test_a_subnet_is_listed_with_its_network_once_created(session: Session) -> None:
    created = target.create_subnet(session, seed.OTHER_NETWORK, "10.0.1.0/24")
    assert created["revision_number"] == 0
    assert target.read_subnet(session, created["id"]) == created
    assert target.read_network(session, seed.OTHER_NETWORK)["subnets"] == [created["id"]]


def test_all_subnets_are_listed(session: Session) -> None:
    listed = [subnet["cidr"] for subnet in target.list_subnets(session)]
    assert listed == [seed.CIDR, seed.FREE_CIDR, seed.CUT_CIDR, seed.OUTER_CIDR]


def test_a_subnet_that_overlaps_another_of_its_network_is_refused(session: Session) -> None:
    with pytest.raises(errors.OverlappingCidr):
        target.create_subnet(session, seed.NETWORK, "10.0.0.0/16")
    target.create_subnet(session, seed.OTHER_NETWORK, "10.0.0.0/16")


def test_a_changed_subnet_is_read_as_it_was_returned(session: Session) -> None:
    changed = target.update_subnet(session, seed.SUBNET, {"name": "a"}, None)
    assert (changed["name"], changed["revision_number"]) == ("a", 1)
    assert target.read_subnet(session, seed.SUBNET) == changed


def test_a_subnet_with_addresses_in_use_is_not_deleted(session: Session) -> None:
    with pytest.raises(errors.SubnetInUse):
        target.delete_subnet(session, seed.SUBNET, None)
    target.delete_subnet(session, seed.FREE_SUBNET, None)
    with pytest.raises(errors.SubnetNotFound):
        target.read_subnet(session, seed.FREE_SUBNET)


def test_a_created_port_has_the_first_free_address(session: Session) -> None:
    created = target.create_port(session, seed.NETWORK, seed.SUBNET, seed.MACS[2])
    assert created["fixed_ips"] == [(seed.SUBNET, "10.0.0.4")]
    assert created["revision_number"] == 0
    assert target.read_port(session, created["id"]) == created


def test_a_mac_address_is_taken_once_in_a_network(session: Session) -> None:
    with pytest.raises(errors.MacAddressInUse):
        target.create_port(session, seed.NETWORK, seed.SUBNET, seed.MACS[0])
    with pytest.raises(errors.MacAddressInUse):
        target.update_port(session, seed.PORT, {"mac_address": seed.MACS[1]}, None)


def test_a_subnet_gives_no_more_addresses_than_it_has(session: Session) -> None:
    target.create_port(session, seed.NETWORK, seed.FREE_SUBNET, seed.MACS[2])
    with pytest.raises(errors.AddressExhausted):
        target.create_port(session, seed.NETWORK, seed.FREE_SUBNET, seed.MACS[3])


def test_all_ports_are_listed_with_addresses_and_groups(session: Session) -> None:
    listed = [(port["id"], port["fixed_ips"], port["security_groups"]) for port in target.list_ports(session)]
    assert listed[:2] == [
        (seed.PORT, [(seed.SUBNET, "10.0.0.2")], [seed.GROUP]),
        (seed.OTHER_PORT, [(seed.SUBNET, "10.0.0.3")], []),
    ]


@pytest.mark.parametrize("changes", [{"name": "a"}, {"device_id": "vm"}, {"mac_address": seed.MACS[2]}])
def test_a_changed_port_is_read_as_it_was_returned(session: Session, changes: dict[str, str]) -> None:
    changed = target.update_port(session, seed.PORT, changes, None)
    assert changed.items() >= changes.items()
    assert target.read_port(session, seed.PORT) == changed


def test_a_port_moves_to_a_free_address(session: Session) -> None:
    moved = target.move_port(session, seed.PORT, seed.FREE_SUBNET, None, None)
    assert moved["fixed_ips"] == [(seed.FREE_SUBNET, "10.0.0.10")]
    assert target.read_port(session, seed.PORT) == moved


def test_a_port_does_not_move_to_a_taken_address(session: Session) -> None:
    with pytest.raises(errors.AddressInUse):
        target.move_port(session, seed.PORT, seed.SUBNET, "10.0.0.3", None)


def test_a_deleted_port_is_not_found_and_its_address_is_free(session: Session) -> None:
    target.delete_port(session, seed.PORT, None)
    with pytest.raises(errors.PortNotFound):
        target.read_port(session, seed.PORT)
    given = target.allocate_ip(session, seed.OTHER_PORT, seed.SUBNET, "10.0.0.2")
    assert (seed.SUBNET, "10.0.0.2") in given["fixed_ips"]


def test_a_port_is_bound_to_a_group_and_unbound(session: Session) -> None:
    assert target.bind_port(session, seed.PORT, seed.FREE_GROUP)["security_groups"] == list(seed.GROUPS)
    assert target.unbind_port(session, seed.PORT, seed.GROUP)["security_groups"] == [seed.FREE_GROUP]
    assert target.read_port(session, seed.PORT)["security_groups"] == [seed.FREE_GROUP]


def test_a_created_security_group_has_no_rules(session: Session) -> None:
    created = target.create_security_group(session, "a")
    assert created["rules"] == []
    assert target.read_security_group(session, created["id"]) == created


def test_a_changed_security_group_is_read_as_it_was_returned(session: Session) -> None:
    changed = target.update_security_group(session, seed.GROUP, {"name": "a"}, None)
    assert target.read_security_group(session, seed.GROUP) == changed


def test_a_rule_is_listed_with_its_group_until_it_is_deleted(session: Session) -> None:
    created = target.create_rule(session, seed.GROUP, "udp", seed.FREE_GROUP)
    assert created["id"] in target.read_security_group(session, seed.GROUP)["rules"]
    target.delete_rule(session, created["id"], None)
    assert target.read_security_group(session, seed.GROUP)["rules"] == [seed.RULE]


def test_a_described_rule_is_read_as_it_was_returned(session: Session) -> None:
    described = target.update_rule(session, seed.RULE, {"description": "a"}, 0)
    assert (described["description"], described["revision_number"]) == ("a", 1)
    assert target.read_rule(session, seed.RULE) == described
    assert target.list_rules(session)[0] == described
    assert [rule["id"] for rule in target.list_rules(session)] == list(seed.RULES)


def test_a_rule_is_described_and_nothing_else(session: Session) -> None:
    with pytest.raises(errors.InvalidInput):
        target.update_rule(session, seed.RULE, {"protocol": "udp"}, None)


def test_a_rule_is_changed_and_deleted_at_its_own_revision_not_at_its_groups(session: Session) -> None:
    target.update_rule(session, seed.RULE, {"description": "a"}, None)
    with pytest.raises(errors.RevisionMismatch):
        target.update_rule(session, seed.RULE, {"description": "b"}, 0)
    assert target.read_security_group(session, seed.GROUP)["revision_number"] == 0
    with pytest.raises(errors.RevisionMismatch):
        target.delete_rule(session, seed.RULE, 0)
    target.delete_rule(session, seed.RULE, 1)


def test_a_group_has_no_two_equal_rules(session: Session) -> None:
    with pytest.raises(errors.RuleExists):
        target.create_rule(session, seed.GROUP, "tcp", None)


def test_a_group_in_use_is_not_deleted(session: Session) -> None:
    with pytest.raises(errors.SecurityGroupInUse):
        target.delete_security_group(session, seed.GROUP, None)


def test_a_deleted_group_takes_the_rules_that_name_it_along(session: Session) -> None:
    target.unbind_port(session, seed.PORT, seed.GROUP)
    target.delete_security_group(session, seed.GROUP, None)
    assert [(group["id"], group["rules"]) for group in target.list_security_groups(session)] == [(seed.FREE_GROUP, [])]


NOBODY = "nobody"
MISSING: list[tuple[str, tuple[Any, ...], type[errors.NotFound]]] = [
    ("read_network", (NOBODY,), errors.NetworkNotFound),
    ("update_network", (NOBODY, {"name": "a"}, None), errors.NetworkNotFound),
    ("delete_network", (NOBODY, None), errors.NetworkNotFound),
    ("create_subnet", (NOBODY, "10.0.1.0/24"), errors.NetworkNotFound),
    ("read_subnet", (NOBODY,), errors.SubnetNotFound),
    ("update_subnet", (NOBODY, {"name": "a"}, None), errors.SubnetNotFound),
    ("delete_subnet", (NOBODY, None), errors.SubnetNotFound),
    ("create_port", (NOBODY, seed.SUBNET, seed.MACS[2]), errors.NetworkNotFound),
    ("create_port", (seed.NETWORK, NOBODY, seed.MACS[2]), errors.SubnetNotFound),
    ("read_port", (NOBODY,), errors.PortNotFound),
    ("update_port", (NOBODY, {"name": "a"}, None), errors.PortNotFound),
    ("move_port", (NOBODY, seed.SUBNET, None, None), errors.PortNotFound),
    ("move_port", (seed.PORT, NOBODY, None, None), errors.SubnetNotFound),
    ("bind_port", (NOBODY, seed.GROUP), errors.PortNotFound),
    ("bind_port", (seed.PORT, NOBODY), errors.SecurityGroupNotFound),
    ("unbind_port", (NOBODY, seed.GROUP), errors.PortNotFound),
    ("delete_port", (NOBODY, None), errors.PortNotFound),
    ("read_security_group", (NOBODY,), errors.SecurityGroupNotFound),
    ("update_security_group", (NOBODY, {"name": "a"}, None), errors.SecurityGroupNotFound),
    ("delete_security_group", (NOBODY, None), errors.SecurityGroupNotFound),
    ("create_rule", (NOBODY, "tcp", None), errors.SecurityGroupNotFound),
    ("create_rule", (seed.GROUP, "udp", NOBODY), errors.SecurityGroupNotFound),
    ("read_rule", (NOBODY,), errors.SecurityGroupRuleNotFound),
    ("update_rule", (NOBODY, {"description": "a"}, None), errors.SecurityGroupRuleNotFound),
    ("delete_rule", (NOBODY, None), errors.SecurityGroupRuleNotFound),
]


def test_what_does_not_exist_is_not_found(session: Session) -> None:
    for operation, arguments, error in MISSING:
        with pytest.raises(errors.NotFound) as raised:
            getattr(target, operation)(session, *arguments)
        assert raised.type is error, operation


INVALID: list[tuple[str, tuple[Any, ...]]] = [
    ("create_subnet", (seed.NETWORK, "10.0.0.0/99")),
    ("create_port", (seed.OTHER_NETWORK, seed.SUBNET, seed.MACS[2])),
    ("move_port", (seed.PORT, seed.SUBNET, "10.0.0.10", None)),
    ("move_port", (seed.PORT, seed.SUBNET, "ten", None)),
    ("update_port", (seed.PORT, {"network_id": seed.OTHER_NETWORK}, None)),
]


def test_arguments_that_make_no_sense_together_are_refused(session: Session) -> None:
    for operation, arguments in INVALID:
        with pytest.raises(errors.InvalidInput):
            getattr(target, operation)(session, *arguments)


def test_every_operation_leaves_no_transaction_open(session: Session) -> None:
    for operation, arguments, error in MISSING:
        with pytest.raises(error):
            getattr(target, operation)(session, *arguments)
        assert not session.in_transaction()
    target.update_port(session, seed.PORT, {"name": "a"}, None)
    assert not session.in_transaction()
