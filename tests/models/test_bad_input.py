"""What makes no sense is refused by an error of its own, leaves every row as it was, and a session to go on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import find
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import Network, errors, seed
from models.errors import ServiceError
from models.tables import Base

target = Network()

NAMED: Mapping[str, tuple[str, type[ServiceError]]] = {
    "network": ("nobody", errors.NetworkNotFound),
    "subnet": ("nobody", errors.SubnetNotFound),
    "port": ("nobody", errors.PortNotFound),
    "group": ("nobody", errors.SecurityGroupNotFound),
    "remote_group": ("nobody", errors.SecurityGroupNotFound),
    "rule": ("nobody", errors.SecurityGroupRuleNotFound),
    "address_group": ("nobody", errors.AddressGroupNotFound),
    "router": ("nobody", errors.RouterNotFound),
    "floating_ip": ("nobody", errors.FloatingIPNotFound),
    "forwarding": ("nobody", errors.PortForwardingNotFound),
    "policy": ("nobody", errors.QosPolicyNotFound),
    "qos_rule": ("dscp/nobody", errors.QosRuleNotFound),
    "entry": ("nobody", errors.RBACEntryNotFound),
    "pool": ("nobody", errors.SubnetPoolNotFound),
    "reservation": ("nobody", errors.ReservationNotFound),
    "trunk": ("nobody", errors.TrunkNotFound),
    "host": ("nobody", errors.BindingNotFound),
    "tag": ("nobody", errors.TagNotFound),
    "resource": ("networks/nobody", errors.NetworkNotFound),
}
"""An argument that names something -> a name that nothing has, and what is said of it."""

NOT_A_PART: Mapping[tuple[str, str], type[ServiceError]] = {
    ("remove_subport", "port"): errors.SubPortNotFound,
}
"""What is said of something that is none of a whole's parts, where it need not be looked for elsewhere."""

NEED_NOT_BE = {("bind_host", "host"), ("add_tag", "tag"), ("unbind_port", "group")}
"""Names that are made by the operation, or that it only sees off."""

MALFORMED: Mapping[str, list[Any]] = {
    "cidr": [
        *("ten", "10.0.0.0/99", "10.0.0.1/24", "10.3.0.0/31"),
        *("2001:db8::/129", "2001:db8::1/64", "2001:db8:::/64", "2001:db8::/127", "fe80::%eth0/64"),
    ],
    "mac_address": ["", "ten", "fa:16:3e:00:00", "FA:16:3E:00:00:0G"],
    "address": ["ten", "10.0.0.256", "2001:db8:::5", "2001:db8::g", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0"],
    "pairs": [[["ten", "10.0.0.9"]], [[seed.MACS[3], "ten"]], [[seed.MACS[3], "fe80::1%eth0"]]],
    "routes": [[["ten", "10.0.0.6"]], [["10.2.0.0/24", "ten"]], [["2001:db8::/129", "2001:db8::1"]]],
    "prefix": ["ten", "10.6.0.0/99", "2001:db8::/129", "2001:db8::/16"],
    "given": [
        *(["10.0.1.20"], ["10.0.1.20", "10.0.1.19"], ["10.9.0.1", "10.9.0.2"], ["a", "b"]),
        *(["2001:db8::1", "2001:db8::2"], ["fe80::1%eth0", "fe80::2%eth0"]),
    ],
    "changes": [{"id": "another"}, {"revision_number": 7}],
    "kind": ["ten"],
    "direction": ["ten", ""],
    "limit": [-1],
    "amount": [0, -1],
    "segmentation_id": [0, 4095],
    "external_port": [0, 65536],
    "resource": ["planets/net-1", "net-1"],
}
"""An argument -> values that are none."""

FREE: Mapping[str, str] = {
    "network": seed.OTHER_NETWORK,
    "subnet": seed.FREE_SUBNET,
    "group": seed.FREE_GROUP,
    "router": seed.OTHER_ROUTER,
    "policy": seed.FREE_POLICY,
    "pool": seed.SMALL_POOL,
}
"""What nothing else holds on to, so that all but the one bad argument is well; elsewhere, the simplest will do."""

NEEDS: Mapping[str, Mapping[str, str]] = {"set_routes": {"router": seed.ROUTER}}
"""What an operation needs more than that: an interface."""

DELETED_BY: Mapping[str, str] = {
    "network": "delete_network",
    "subnet": "delete_subnet",
    "port": "delete_port",
    "group": "delete_security_group",
    "remote_group": "delete_security_group",
    "rule": "delete_rule",
    "address_group": "delete_address_group",
    "router": "delete_router",
    "floating_ip": "delete_floating_ip",
    "forwarding": "delete_port_forwarding",
    "policy": "delete_qos_policy",
    "qos_rule": "delete_qos_rule",
    "entry": "delete_rbac_entry",
    "pool": "delete_subnet_pool",
    "reservation": "cancel_reservation",
    "trunk": "delete_trunk",
}


def well(operation: str) -> dict[str, Any]:
    """Arguments that an operation accepts."""
    strategies = target.operations[operation].strategies
    chosen = {**FREE, **NEEDS.get(operation, {})}
    return {
        name: chosen[name] if name in chosen else find(strategy, lambda _: True)  # the simplest
        for name, strategy in strategies.items()
    }


def arguments_in(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every (operation, argument) that a table speaks of."""
    return [
        (name, argument)
        for name, operation in target.operations.items()
        for argument in operation.strategies
        if argument in table and (name, argument) not in NEED_NOT_BE
    ]


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All rows there are."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


Refuse = Callable[[str, Mapping[str, Any], type[ServiceError]], None]


@pytest.fixture
def refuse(engine: Engine, session: Session) -> Refuse:
    """Calls an operation that has to refuse, by this error and no other."""

    def call(operation: str, arguments: Mapping[str, Any], error: type[ServiceError]) -> None:
        before = rows_of(engine)
        with pytest.raises(ServiceError) as raised:
            getattr(target, operation)(session, **arguments)
        assert raised.type is error, f"{operation}({arguments}): {raised.value!r}"
        assert not session.in_transaction()
        assert rows_of(engine) == before
        assert target.list_networks(session)

    return call


@pytest.mark.parametrize("argument", NAMED)
def test_what_never_existed_is_not_found(refuse: Refuse, argument: str) -> None:
    nothing, error = NAMED[argument]
    for operation, _ in arguments_in({argument: nothing}):
        refuse(operation, {**well(operation), argument: nothing}, NOT_A_PART.get((operation, argument), error))


@pytest.mark.parametrize("argument", DELETED_BY)
def test_what_another_session_has_just_deleted_is_not_found(
    refuse: Refuse, session: Session, other: Session, argument: str
) -> None:
    deletion = DELETED_BY[argument]
    gone = well(deletion)
    (key,) = (value for name, value in gone.items() if name != "expected")
    loaded = [session.scalars(select(mapper)).unique().all() for mapper in Base.registry.mappers]
    assert loaded
    session.commit()
    getattr(target, deletion)(other, **gone)
    for operation, _ in arguments_in({argument: key}):
        refuse(operation, {**well(operation), argument: key}, NOT_A_PART.get((operation, argument), NAMED[argument][1]))


@pytest.mark.parametrize("argument", MALFORMED)
def test_what_is_malformed_is_invalid(refuse: Refuse, argument: str) -> None:
    for operation, _ in arguments_in({argument: MALFORMED}):
        for value in MALFORMED[argument]:
            refuse(operation, {**well(operation), argument: value}, errors.InvalidInput)


CONDITIONAL = [operation for operation, _ in arguments_in({"expected": None})]


@pytest.mark.parametrize("operation", CONDITIONAL)
def test_a_revision_from_the_future_is_another(refuse: Refuse, operation: str) -> None:
    for revision in (1, 99):
        refuse(operation, {**well(operation), "expected": revision}, errors.RevisionMismatch)


@pytest.mark.parametrize("operation", CONDITIONAL)
def test_the_right_revision_is_accepted(session: Session, operation: str) -> None:
    getattr(target, operation)(session, **{**well(operation), "expected": 0})


def test_a_port_keeps_its_mac_address_if_the_new_one_is_none(refuse: Refuse) -> None:
    update = {"port": seed.PORT, "changes": {"mac_address": "ten"}, "expected": None}
    refuse("update_port", update, errors.InvalidInput)


def test_a_forwarding_keeps_its_number_if_the_new_one_is_none(refuse: Refuse) -> None:
    update = {"forwarding": seed.FORWARDING, "changes": {"external_port": 65536}, "expected": None}
    refuse("update_port_forwarding", update, errors.InvalidInput)


def test_an_address_of_another_subnet_is_invalid(refuse: Refuse) -> None:
    for operation in ("allocate_ip", "move_port"):
        refuse(operation, {**well(operation), "address": "10.9.9.9"}, errors.InvalidInput)


def test_a_subnet_that_has_given_all_its_addresses_is_exhausted(refuse: Refuse, session: Session) -> None:
    target.allocate_ip(session, seed.OTHER_PORT, seed.FREE_SUBNET, None)
    taking = ("create_port", "allocate_ip", "move_port", "set_gateway", "create_floating_ip")
    for operation in taking:
        arguments = {**well(operation), "subnet": seed.FREE_SUBNET}
        if "network" in arguments:
            arguments |= {"network": seed.NETWORK, "mac_address": seed.MACS[3]}
        refuse(operation, arguments, errors.AddressExhausted)


def test_a_pool_that_is_all_cut_is_exhausted(refuse: Refuse, session: Session) -> None:
    target.cut_subnet(session, seed.NETWORK, seed.SMALL_POOL)
    refuse("cut_subnet", {"network": seed.OTHER_NETWORK, "pool": seed.SMALL_POOL}, errors.PoolExhausted)


def test_a_project_that_has_all_it_may_is_over_quota(refuse: Refuse, session: Session) -> None:
    target.reserve(session, seed.PROJECT, 1)
    refuse("reserve", {"project": seed.PROJECT, "amount": 1}, errors.OverQuota)
