"""Whose revision moves: a row is added, changed or deleted, and nothing else moves by anything but one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func, literal, select, union_all
from sqlalchemy.orm import Session

from models import Network, seed
from models.operations.tags import KINDS
from models.revisions import Revisions
from models.tables import (
    AddressAssociation,
    AddressGroup,
    AllowedAddressPair,
    Base,
    DefaultSecurityGroup,
    FloatingIP,
    IPAllocation,
    IPAllocationPool,
    NetworkRBAC,
    Port,
    PortBinding,
    PortForwarding,
    QosBandwidthRule,
    QosDscpRule,
    QosMinimumRule,
    QosNetworkBinding,
    QosPolicy,
    QosPortBinding,
    Quota,
    Router,
    RouterPort,
    RouterRoute,
    SecurityGroup,
    SecurityGroupPortBinding,
    SecurityGroupRule,
    StandardAttribute,
    Subnet,
    SubnetPool,
    SubnetPoolPrefix,
    SubPort,
    Tag,
    Trunk,
)
from models.tables import Network as NetworkRow

target = Network()

Act = Callable[[Session], Any]

NETWORK, OTHER_NETWORK = (f"networks/{each}" for each in seed.NETWORKS)
SUBNET, FREE_SUBNET = (f"subnets/{each}" for each in seed.SUBNETS)
PORT, OTHER_PORT = (f"ports/{each}" for each in seed.PORTS)
SERVED_PORT = f"ports/{seed.SERVED_PORT}"
GROUP, FREE_GROUP = (f"securitygroups/{each}" for each in seed.GROUPS)
RULE, OTHER_RULE = (f"securitygrouprules/{each}" for each in seed.RULES)
ADDRESS_GROUP = f"address_groups/{seed.ADDRESS_GROUP}"
ROUTER, OTHER_ROUTER = (f"routers/{each}" for each in seed.ROUTERS)
FREE_FLOATING_IP, FLOATING_IP, FORWARDING_IP = (f"floatingips/{each}" for each in seed.FLOATING_IPS)
FORWARDING = f"portforwardings/{seed.FORWARDING}"
POLICY, FREE_POLICY = (f"qos_policies/{each}" for each in seed.POLICIES)
POOL = f"subnetpools/{seed.POOL}"
TRUNK = f"trunks/{seed.TRUNK}"


def add(model: type[Base], parent: tuple[str, type[Base], str] | None = None, **columns: Any) -> Act:
    """Add a row, to a parent by its relation if it has one."""

    def act(session: Session) -> None:
        new = getattr(model, "new", model)(**columns)
        if parent is not None:
            relation, of, key = parent
            setattr(new, relation, session.get_one(of, key))
        session.add(new)

    return act


def change(model: type[Base], key: Any, **columns: Any) -> Act:
    """Change a row."""

    def act(session: Session) -> None:
        row = session.get_one(model, key)
        for name, value in columns.items():
            setattr(row, name, value)

    return act


def describe(model: type[Base], key: str) -> Act:
    """Change a resource's description, which is a column of its standard attributes."""

    def act(session: Session) -> None:
        row: Any = session.get_one(model, key)
        row.standard_attr.description = "a"

    return act


def remove(model: type[Base], key: Any) -> Act:
    """Delete a row."""

    def act(session: Session) -> None:
        session.delete(session.get_one(model, key))

    return act


OWN: list[tuple[type[Base], str, set[str]]] = [
    (NetworkRow, seed.NETWORK, {NETWORK}),
    (Port, seed.PORT, {PORT}),
    (SecurityGroup, seed.GROUP, {GROUP}),
    (AddressGroup, seed.ADDRESS_GROUP, {ADDRESS_GROUP}),
    (Router, seed.ROUTER, {ROUTER}),
    (FloatingIP, seed.FLOATING_IP, {FLOATING_IP}),
    (QosPolicy, seed.POLICY, {POLICY}),
    (SubnetPool, seed.POOL, {POOL}),
    (Trunk, seed.TRUNK, {TRUNK}),
    (Subnet, seed.SUBNET, {SUBNET, NETWORK}),
    (SecurityGroupRule, seed.RULE, {RULE, GROUP}),
    (PortForwarding, seed.FORWARDING, {FORWARDING, FORWARDING_IP, SERVED_PORT}),
]
"""A resource, and whose revisions a change of its own columns moves."""

ALLOCATION = {"ip_address": "10.0.0.4", "subnet_id": seed.SUBNET, "network_id": seed.NETWORK}
PAIR = {"mac_address": seed.MACS[3], "ip_address": "10.0.0.9"}
FORWARDED: dict[str, Any] = {
    "internal_ip_address": "10.0.0.3",
    "internal_port": 81,
    "external_port": 8081,
    "protocol": "tcp",
}
OF_NETWORK = ("network", NetworkRow, seed.NETWORK)
OF_PORT = ("port", Port, seed.PORT)
OF_GROUP = ("security_group", SecurityGroup, seed.GROUP)
OF_ROUTER = ("router", Router, seed.OTHER_ROUTER)
OF_POLICY = ("policy", QosPolicy, seed.FREE_POLICY)


def forward(session: Session) -> None:
    forwarding = PortForwarding.new(**FORWARDED)
    forwarding.floatingip = session.get_one(FloatingIP, seed.FREE_FLOATING_IP)
    forwarding.port = session.get_one(Port, seed.PORT)
    session.add(forwarding)


def hand_over(session: Session) -> None:
    allocation = session.get_one(IPAllocation, ("10.0.0.2", seed.SUBNET, seed.NETWORK))
    assert allocation.port.id == seed.PORT  # loaded: a relation remembers no other
    allocation.port = session.get_one(Port, seed.OTHER_PORT)


def pair_and_unpair(session: Session) -> None:
    session.get_one(Port, seed.PORT).address_pairs = [AllowedAddressPair(**PAIR)]
    session.flush()
    session.get_one(Port, seed.PORT).address_pairs = []


def floating_ip_comes(session: Session) -> None:
    port = Port.new(network_id=seed.OUTER_NETWORK, mac_address="fa:16:3f:00:00:09")
    session.add(
        FloatingIP.new(
            floating_ip_address="172.24.0.9",
            floating_network_id=seed.OUTER_NETWORK,
            floating_port=port,
            fixed_port_id=seed.PORT,
            fixed_ip_address=seed.ADDRESSES[0],
            router_id=seed.ROUTER,
        )
    )


def route_and_cross_out(session: Session) -> None:
    router = session.get_one(Router, seed.OTHER_ROUTER)
    router.routes = [RouterRoute(destination="10.2.0.0/24", nexthop="10.0.0.6")]
    session.flush()
    router.routes = []


CHILDREN: dict[str, tuple[Act, set[str]]] = {
    "a subnet comes": (add(Subnet, OF_NETWORK, cidr="10.0.1.0/24"), {NETWORK}),
    "a subnet goes": (remove(Subnet, seed.FREE_SUBNET), {NETWORK}),
    "an allocation pool comes": (
        add(IPAllocationPool, subnet_id=seed.SUBNET, first_ip="10.0.0.2", last_ip="10.0.0.3"),
        set(),
    ),
    "an allocation pool changes": (change(IPAllocationPool, f"{seed.SUBNET}-pool", last_ip="10.0.0.3"), set()),
    "an allocation pool goes": (remove(IPAllocationPool, f"{seed.SUBNET}-pool"), set()),
    "a network is shared": (add(NetworkRBAC, OF_NETWORK, target_project="*"), {NETWORK}),
    "a network is shared with another": (change(NetworkRBAC, seed.RBAC, target_project="*"), {NETWORK}),
    "a network is not shared any more": (remove(NetworkRBAC, seed.RBAC), {NETWORK}),
    "a network is bound to a policy": (add(QosNetworkBinding, OF_NETWORK, policy_id=seed.POLICY), {NETWORK}),
    "a network is bound to another policy": (
        change(QosNetworkBinding, (seed.POLICY, seed.OTHER_NETWORK), policy_id=seed.FREE_POLICY),
        {OTHER_NETWORK},
    ),
    "a network is bound to none": (remove(QosNetworkBinding, (seed.POLICY, seed.OTHER_NETWORK)), {OTHER_NETWORK}),
    "a port comes": (add(Port, network_id=seed.NETWORK, mac_address=seed.MACS[3]), set()),
    "a port goes": (remove(Port, seed.PORT), set()),
    "an address comes": (add(IPAllocation, OF_PORT, **ALLOCATION), {PORT}),
    "an address changes hands": (hand_over, {PORT, OTHER_PORT}),
    "an address goes": (remove(IPAllocation, ("10.0.0.2", seed.SUBNET, seed.NETWORK)), {PORT}),
    "a group is bound": (add(SecurityGroupPortBinding, OF_PORT, security_group_id=seed.FREE_GROUP), {PORT}),
    "a group is unbound": (remove(SecurityGroupPortBinding, (seed.PORT, seed.GROUP)), {PORT}),
    "a host is bound": (add(PortBinding, OF_PORT, host=seed.OTHER_HOST, status="INACTIVE"), {PORT}),
    "a host's binding changes": (change(PortBinding, (seed.PORT, seed.HOST), status="INACTIVE"), {PORT}),
    "a host is unbound": (remove(PortBinding, (seed.PORT, seed.HOST)), {PORT}),
    "an address pair comes": (add(AllowedAddressPair, OF_PORT, **PAIR), {PORT}),
    "an address pair comes and goes": (pair_and_unpair, {PORT}),
    "a port is bound to a policy": (add(QosPortBinding, OF_PORT, policy_id=seed.POLICY), {PORT}),
    "a port is bound to another policy": (
        change(QosPortBinding, (seed.POLICY, seed.OTHER_PORT), policy_id=seed.FREE_POLICY),
        {OTHER_PORT},
    ),
    "a port is bound to none": (remove(QosPortBinding, (seed.POLICY, seed.OTHER_PORT)), {OTHER_PORT}),
    "a rule comes": (add(SecurityGroupRule, OF_GROUP, direction="egress", protocol="tcp"), {GROUP}),
    "a rule is described": (lambda session: target.update_rule(session, seed.RULE, {"description": "a"}, None), {RULE}),
    "a rule names another group": (
        change(SecurityGroupRule, seed.OTHER_RULE, remote_group_id=seed.FREE_GROUP),
        {OTHER_RULE, FREE_GROUP},
    ),
    "a rule goes": (remove(SecurityGroupRule, seed.OTHER_RULE), {FREE_GROUP}),
    "a project gets a default group": (
        add(DefaultSecurityGroup, project_id=seed.PROJECT, security_group_id=seed.GROUP),
        set(),
    ),
    "an address joins a group": (
        add(AddressAssociation, ("address_group", AddressGroup, seed.ADDRESS_GROUP), address="10.1.1.0/24"),
        {ADDRESS_GROUP},
    ),
    "an address leaves a group": (remove(AddressAssociation, ("10.1.0.0/24", seed.ADDRESS_GROUP)), {ADDRESS_GROUP}),
    "a router gets a gateway": (change(Router, seed.OTHER_ROUTER, gw_port_id=seed.PORT), {OTHER_ROUTER}),
    "a router loses its gateway": (change(Router, seed.ROUTER, gw_port_id=None), {ROUTER}),
    "a router gets an interface": (add(RouterPort, OF_ROUTER, port_id=seed.PORT), {OTHER_ROUTER}),
    "a router loses an interface": (remove(RouterPort, (seed.ROUTER, seed.INTERFACE)), {ROUTER}),
    "a route comes": (
        add(RouterRoute, OF_ROUTER, destination="10.2.0.0/24", nexthop="10.0.0.6"),
        {OTHER_ROUTER},
    ),
    "a route comes and goes": (route_and_cross_out, {OTHER_ROUTER}),
    "a floating IP is associated": (
        change(FloatingIP, seed.FREE_FLOATING_IP, fixed_port_id=seed.PORT, router_id=seed.ROUTER),
        {FREE_FLOATING_IP},
    ),
    "a floating IP is disassociated": (
        change(FloatingIP, seed.FLOATING_IP, fixed_port_id=None, router_id=None),
        {FLOATING_IP},
    ),
    "a floating IP comes": (floating_ip_comes, set()),
    "a floating IP goes": (remove(FloatingIP, seed.FLOATING_IP), set()),
    "a floating IP's own port goes": (remove(Port, f"port-{seed.FREE_FLOATING_IP}"), set()),
    "an interface's port goes": (remove(Port, seed.INTERFACE), {ROUTER}),
    "a forwarding comes": (forward, {FREE_FLOATING_IP, PORT}),
    "a forwarding goes": (remove(PortForwarding, seed.FORWARDING), {FORWARDING_IP, SERVED_PORT}),
    "a bandwidth rule comes": (add(QosBandwidthRule, OF_POLICY, value=1), {FREE_POLICY}),
    "a bandwidth rule changes": (change(QosBandwidthRule, seed.QOS_RULE, value=1), {POLICY}),
    "a bandwidth rule goes": (remove(QosBandwidthRule, seed.QOS_RULE), {POLICY}),
    "a DSCP rule comes": (add(QosDscpRule, ("policy", QosPolicy, seed.POLICY), value=1), {POLICY}),
    "a DSCP rule changes": (change(QosDscpRule, seed.DSCP_RULE, value=1), {FREE_POLICY}),
    "a DSCP rule goes": (remove(QosDscpRule, seed.DSCP_RULE), {FREE_POLICY}),
    "a minimum-bandwidth rule comes": (add(QosMinimumRule, OF_POLICY, value=1), {FREE_POLICY}),
    "a trunk comes": (add(Trunk, port_id=seed.PORT), set()),
    "a trunk goes": (remove(Trunk, seed.TRUNK), set()),
    "a subport comes": (add(SubPort, port_id=seed.PORT, trunk_id=seed.TRUNK, segmentation_id=2), set()),
    "a subport changes": (change(SubPort, seed.SUBPORT, segmentation_id=2), set()),
    "a subport goes": (remove(SubPort, seed.SUBPORT), set()),
    "a subnet is cut from a pool": (
        lambda session: target.cut_subnet(session, seed.OTHER_NETWORK, seed.POOL),
        {OTHER_NETWORK, POOL},
    ),
    "a prefix comes": (add(SubnetPoolPrefix, cidr="10.6.0.0/24", subnetpool_id=seed.POOL), set()),
    "a prefix goes": (remove(SubnetPoolPrefix, (seed.PREFIXES[0], seed.POOL)), set()),
    "a quota changes": (change(Quota, "quota-1", limit=3), set()),
    "a network comes": (add(NetworkRow), set()),
    "a router is deleted": (lambda session: target.delete_router(session, seed.OTHER_ROUTER, None), set()),
}


LATER: dict[str, tuple[Act, Act, Act | None, set[str]]] = {
    "an address pair": (
        add(AllowedAddressPair, OF_PORT, **PAIR),
        remove(AllowedAddressPair, (seed.PORT, *PAIR.values())),
        None,
        {PORT},
    ),
    "a route": (
        add(RouterRoute, OF_ROUTER, destination="10.2.0.0/24", nexthop="10.0.0.6"),
        remove(RouterRoute, ("10.2.0.0/24", "10.0.0.6", seed.OTHER_ROUTER)),
        None,
        {OTHER_ROUTER},
    ),
    "a minimum-bandwidth rule": (
        add(QosMinimumRule, OF_POLICY, id="minimum", value=1),
        remove(QosMinimumRule, "minimum"),
        change(QosMinimumRule, "minimum", value=2, direction="ingress"),
        {FREE_POLICY},
    ),
    "a project's default group": (
        add(DefaultSecurityGroup, project_id=seed.PROJECT, security_group_id=seed.GROUP),
        remove(DefaultSecurityGroup, seed.PROJECT),
        change(DefaultSecurityGroup, seed.PROJECT, security_group_id=seed.FREE_GROUP),
        set(),
    ),
}
"""How a row comes, goes, and changes (if it does) before that, in a transaction each; and what each of them moves."""


def revisions(engine: Engine) -> dict[str, int]:
    """The committed revision of every resource."""
    of_kinds = [
        select(literal(f"{kind}/") + model.id, StandardAttribute.revision_number).join_from(
            model, StandardAttribute, model.standard_attr_id == StandardAttribute.id
        )
        for kind, model in KINDS.items()
    ]
    with engine.connect() as connection:
        return {str(key): number for key, number in connection.execute(union_all(*of_kinds))}


def moves(engine: Engine, session: Session, act: Act) -> dict[str, int]:
    """By how much one transaction moves the revision of each resource; what is new is at 0."""
    before = revisions(engine)
    Revisions().attach(session)
    act(session)
    session.commit()
    after = revisions(engine)
    return {key: number - before.get(key, 0) for key, number in after.items() if number != before.get(key, 0)}


@pytest.mark.parametrize(("model", "key", "moved"), OWN, ids=[model.__tablename__ for model, _, _ in OWN])
def test_a_resources_own_columns_move_it(
    engine: Engine, session: Session, model: type[Base], key: str, moved: set[str]
) -> None:
    assert moves(engine, session, change(model, key, name="new")) == dict.fromkeys(moved, 1)
    assert moves(engine, session, change(model, key, name="new")) == {}


@pytest.mark.parametrize(("model", "key", "moved"), OWN, ids=[model.__tablename__ for model, _, _ in OWN])
def test_a_description_and_a_tag_move_their_resource_alone(
    engine: Engine, session: Session, model: type[Base], key: str, moved: set[str]
) -> None:
    itself = {f"{model.__tablename__}/{key}": 1}
    assert moves(engine, session, describe(model, key)) == itself

    def tag(own: Session) -> None:
        row: Any = own.get_one(model, key)
        row.standard_attr.tags.append(Tag(tag=seed.OTHER_TAG))

    def untag(own: Session) -> None:
        row: Any = own.get_one(model, key)
        row.standard_attr.tags.clear()

    assert moves(engine, session, tag) == itself
    assert moves(engine, session, untag) == itself


@pytest.mark.parametrize("what", CHILDREN)
def test_a_row_moves_what_it_belongs_to(engine: Engine, session: Session, what: str) -> None:
    act, moved = CHILDREN[what]
    assert moves(engine, session, act) == dict.fromkeys(moved, 1)


@pytest.mark.parametrize("what", LATER)
def test_a_row_that_comes_changes_and_goes_moves_what_it_belongs_to_each_time(
    engine: Engine, session: Session, what: str
) -> None:
    come, go, change_it, moved = LATER[what]
    for act in (come, change_it, go):
        if act is not None:
            assert moves(engine, session, act) == dict.fromkeys(moved, 1)


def test_a_floating_ip_goes_with_its_own_port_standard_attributes_and_all(engine: Engine, session: Session) -> None:
    attributes = select(func.count()).select_from(StandardAttribute)
    before = session.scalars(attributes).one()
    moves(engine, session, remove(Port, f"port-{seed.FREE_FLOATING_IP}"))
    assert session.get(FloatingIP, seed.FREE_FLOATING_IP) is None
    assert session.scalars(attributes).one() == before - 2
