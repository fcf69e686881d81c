"""Races of single families, in one interleaving of every class at every isolation level, and what must hold after each.

What calls come to differs only where steps that do not commute change places: so this is every interleaving of two
calls. Three have too many; theirs are those of few context switches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.generate.exploration import Exploration
from fuzz.history import History
from fuzz.postgres import Server
from fuzz.trial import Trial
from models import Network, seed
from models.tables import PortBinding, Resource, SubnetPool, SubnetPoolPrefix, Trunk

THIRD_HOST, OTHER_TRUNK, WHOLE_POOL = "host-3", "trunk-2", "pool-3"

SWITCHES = 4
"""Of three calls: two for each order of them, and two more."""

RESOURCES = [each.__tablename__ for each in Resource.__subclasses__()]

Rows = list[Mapping[str, Any]]


class Prepared(Network):
    """The service, with a second one of what there is one of."""

    def seed(self, session: Session) -> None:
        super().seed(session)
        prefix = SubnetPoolPrefix(cidr="10.5.0.0/24")
        session.add_all(
            [
                PortBinding(port_id=seed.PORT, host=seed.OTHER_HOST, status="INACTIVE"),
                PortBinding(port_id=seed.PORT, host=THIRD_HOST, status="INACTIVE"),
                Trunk.new(id=OTHER_TRUNK, port_id=seed.OTHER_PORT),
                SubnetPool.new(id=WHOLE_POOL, default_prefixlen=25, prefixes=[prefix]),
            ]
        )


@pytest.fixture(scope="module")
def trial(server: Server) -> Iterator[Trial]:
    with server.scratch() as scratch, closing(Stage(Prepared(), scratch)) as stage:
        yield Trial(stage)


def call(operation: str, **arguments: Any) -> Call:
    return Call(operation, arguments)


def explored(trial: Trial, *calls: Call, expected: Collection[tuple[str, ...]]) -> Iterator[History]:
    """All that can come of calls of a session each; each is judged, and together they end in all these ways."""
    ends: Counter[tuple[str, ...]] = Counter()
    for isolation in ("rc", "rr", "ser"):
        case = Case("x", isolation, {name: (each,) for name, each in zip("ABC", calls, strict=False)})
        for verdict in Exploration(trial, case, None if len(calls) < 3 else SWITCHES).verdicts():
            assert (verdict.violations, verdict.alone, verdict.history.hung) == ((), (), {})
            outcomes = sorted(verdict.history.outcomes, key=lambda outcome: outcome.session)
            ends[tuple(each.failure.name if each.failure else "done" for each in outcomes)] += 1
            assert_owned(verdict.history)
            yield verdict.history
    assert set(ends) == set(expected)


def rows(history: History, table: str, **columns: Any) -> Rows:
    """The rows of a table that are there in the end and have these values."""
    key = history.tables[table].key
    found = {tuple(row[name] for name in key): row for row in history.seed[table]}
    for write in (write for commit in history.commits for write in commit.writes if write.table == table):
        if write.before is not None:
            del found[tuple(write.before[name] for name in key)]
        if write.after is not None:
            found[tuple(write.after[name] for name in key)] = write.after
    return [row for row in found.values() if columns.items() <= row.items()]


def assert_owned(history: History) -> None:
    """Each row of standard attributes is one resource's.

    Not an invariant of the target: asked of every committed state, it would slow campaigns down.
    """
    owners = [row["standard_attr_id"] for table in RESOURCES for row in rows(history, table)]
    assert sorted(owners) == sorted(row["id"] for row in rows(history, "standardattributes"))


def test_a_port_that_two_routers_take_is_one_routers(trial: Trial) -> None:
    first, second = (
        call("add_router_interface", router=router, port=seed.PORT) for router in (seed.OTHER_ROUTER, seed.SPARE_ROUTER)
    )
    for history in explored(trial, first, second, expected={("done", "PortInUse"), ("PortInUse", "done")}):
        (interface,) = rows(history, "routerports", port_id=seed.PORT)
        (port,) = rows(history, "ports", id=seed.PORT)
        assert (port["device_owner"], port["device_id"]) == ("network:router_interface", interface["router_id"])


def test_of_two_floating_ips_one_stands_for_an_address(trial: Trial) -> None:
    first, second = (
        call("associate_floating_ip", floating_ip=each, port=seed.PORT, expected=None)
        for each in (seed.FREE_FLOATING_IP, seed.FLOATING_IP)
    )
    lost = "FixedAddressInUse"
    for history in explored(trial, first, second, expected={("done", lost), (lost, "done")}):
        (standing,) = rows(history, "floatingips", fixed_port_id=seed.PORT)
        assert (standing["fixed_ip_address"], standing["router_id"]) == (seed.ADDRESSES[0], seed.ROUTER)


def test_a_floating_ip_stands_for_a_port_or_for_port_numbers(trial: Trial) -> None:
    whole = call("associate_floating_ip", floating_ip=seed.FREE_FLOATING_IP, port=seed.PORT, expected=None)
    part = call("create_port_forwarding", floating_ip=seed.FREE_FLOATING_IP, port=seed.OTHER_PORT, external_port=8081)
    lost = "FloatingIPInUse"
    for history in explored(trial, whole, part, expected={("done", lost), (lost, "done")}):
        (floating_ip,) = rows(history, "floatingips", id=seed.FREE_FLOATING_IP)
        forwardings = rows(history, "portforwardings", floatingip_id=seed.FREE_FLOATING_IP)
        assert (floating_ip["fixed_port_id"] is None) == (len(forwardings) == 1)


@pytest.mark.parametrize("sessions", [2, 3])
def test_reservations_are_no_more_than_the_quota(trial: Trial, sessions: int) -> None:
    calls = [call("reserve", project=seed.PROJECT, amount=1)] * sessions
    over = ["OverQuota"] * (sessions - 1)
    expected = {(*over[:place], "done", *over[place:]) for place in range(sessions)}
    for history in explored(trial, *calls, expected=expected):
        (usage,) = rows(history, "quotausages", project_id=seed.PROJECT)
        kept = {row["id"] for row in rows(history, "reservations", project_id=seed.PROJECT)}
        amounts = [row["amount"] for row in rows(history, "resourcedeltas") if row["reservation_id"] in kept]
        assert usage["in_use"] + usage["reserved"] == sum(amounts) == 2


def test_of_two_cuts_from_what_is_left_of_a_pool_one_is_made(trial: Trial) -> None:
    first, second = (call("cut_subnet", network=network, pool=seed.POOL) for network in seed.NETWORKS)
    lost = "PoolExhausted"
    for history in explored(trial, first, second, expected={("done", lost), (lost, "done")}):
        assert_apart(rows(history, "subnets", subnetpool_id=seed.POOL), 2)


def test_two_cuts_from_one_pool_do_not_overlap(trial: Trial) -> None:
    first, second = (call("cut_subnet", network=network, pool=WHOLE_POOL) for network in seed.NETWORKS)
    for history in explored(trial, first, second, expected={("done", "done")}):
        assert_apart(rows(history, "subnets", subnetpool_id=WHOLE_POOL), 2)
        (pool,) = rows(history, "subnetpools", id=WHOLE_POOL)
        (attributes,) = rows(history, "standardattributes", id=pool["standard_attr_id"])
        assert attributes["revision_number"] == 2


def assert_apart(subnets: Rows, count: int) -> None:
    """So many subnets, no two of which have an address in common."""
    ranges = [ip_network(row["cidr"]) for row in subnets]
    assert len(ranges) == count
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


@pytest.mark.parametrize("sessions", [2, 3])
def test_of_all_hosts_of_a_port_one_is_active(trial: Trial, sessions: int) -> None:
    hosts = (seed.OTHER_HOST, THIRD_HOST, seed.HOST)[:sessions]
    calls = [call("activate_host", port=seed.PORT, host=host) for host in hosts]
    for history in explored(trial, *calls, expected={("done",) * sessions}):
        assert len(rows(history, "ml2_port_bindings", port_id=seed.PORT)) == 3
        (active,) = rows(history, "ml2_port_bindings", port_id=seed.PORT, status="ACTIVE")
        assert active["host"] in hosts


def test_a_router_is_not_deleted_under_a_new_interface(trial: Trial) -> None:
    deletion = call("delete_router", router=seed.OTHER_ROUTER, expected=None)
    addition = call("add_router_interface", router=seed.OTHER_ROUTER, port=seed.PORT)
    expected = {("done", "RouterNotFound"), ("RouterInUse", "done")}
    for history in explored(trial, deletion, addition, expected=expected):
        routers = rows(history, "routers", id=seed.OTHER_ROUTER)
        interfaces = rows(history, "routerports", router_id=seed.OTHER_ROUTER)
        (port,) = rows(history, "ports", id=seed.PORT)
        assert len(routers) == len(interfaces) == len(rows(history, "ports", device_id=seed.OTHER_ROUTER))
        assert port["device_id"] == (seed.OTHER_ROUTER if interfaces else "")


def test_a_router_gets_one_gateway_and_one_port_for_it(trial: Trial) -> None:
    gateway = call("set_gateway", router=seed.OTHER_ROUTER, subnet=seed.OUTER_SUBNET, expected=None)
    lost = "GatewayExists"
    for history in explored(trial, gateway, gateway, expected={("done", lost), (lost, "done")}):
        (router,) = rows(history, "routers", id=seed.OTHER_ROUTER)
        (port,) = rows(history, "ports", device_owner="network:router_gateway", device_id=seed.OTHER_ROUTER)
        assert router["gw_port_id"] == port["id"]


@pytest.mark.parametrize(
    ("binding", "table"),
    [
        (call("bind_qos_port", policy=seed.FREE_POLICY, port=seed.PORT, expected=None), "qos_port_policy_bindings"),
        (
            call("bind_qos_network", policy=seed.FREE_POLICY, network=seed.NETWORK, expected=None),
            "qos_network_policy_bindings",
        ),
    ],
)
def test_a_policy_is_not_deleted_under_what_is_bound_to_it(trial: Trial, binding: Call, table: str) -> None:
    deletion = call("delete_qos_policy", policy=seed.FREE_POLICY, expected=None)
    expected = {("done", "QosPolicyNotFound"), ("QosPolicyInUse", "done")}
    for history in explored(trial, deletion, binding, expected=expected):
        policies = rows(history, "qos_policies", id=seed.FREE_POLICY)
        assert len(rows(history, table, policy_id=seed.FREE_POLICY)) == len(policies)


def test_a_port_that_two_trunks_take_is_carried_by_one(trial: Trial) -> None:
    first, second = (
        call("add_subport", trunk=trunk, port=seed.PORT, segmentation_id=2) for trunk in (seed.TRUNK, OTHER_TRUNK)
    )
    for history in explored(trial, first, second, expected={("done", "PortInUse"), ("PortInUse", "done")}):
        assert len(rows(history, "subports", port_id=seed.PORT)) == 1


def test_a_port_becomes_a_trunk_or_is_carried_by_one(trial: Trial) -> None:
    trunk = call("create_trunk", port=seed.PORT)
    subport = call("add_subport", trunk=seed.TRUNK, port=seed.PORT, segmentation_id=2)
    for history in explored(trial, trunk, subport, expected={("done", "PortInUse"), ("PortInUse", "done")}):
        assert len(rows(history, "subports", port_id=seed.PORT) + rows(history, "trunks", port_id=seed.PORT)) == 1


def test_a_default_group_is_made_once(trial: Trial) -> None:
    ensure = call("ensure_default_security_group", project=seed.PROJECT)
    for history in explored(trial, ensure, ensure, expected={("done", "done")}):
        (default,) = rows(history, "default_security_group", project_id=seed.PROJECT)
        (group,) = rows(history, "securitygroups", name="default")
        assert {outcome.result["id"] for outcome in history.outcomes} == {group["id"], default["security_group_id"]}


@pytest.mark.parametrize("sessions", [2, 3])
def test_a_network_is_shared_with_a_project_once(trial: Trial, sessions: int) -> None:
    calls = [call("share_network", network=seed.NETWORK, project="*")] * sessions
    lost = ["RBACEntryExists"] * (sessions - 1)
    expected = {(*lost[:place], "done", *lost[place:]) for place in range(sessions)}
    for history in explored(trial, *calls, expected=expected):
        assert len(rows(history, "networkrbacs", object_id=seed.NETWORK, target_project="*")) == 1


def test_a_group_is_deleted_with_its_rules_and_their_standard_attributes(trial: Trial) -> None:
    group = call("delete_security_group", group=seed.FREE_GROUP, expected=None)
    rule = call("delete_rule", rule=seed.OTHER_RULE, expected=None)
    for history in explored(trial, group, rule, expected={("done", "done"), ("done", "SecurityGroupRuleNotFound")}):
        assert rows(history, "securitygrouprules", security_group_id=seed.FREE_GROUP) == []


def test_a_rule_is_described_at_the_expected_revision_before_its_group_goes_or_not_at_all(trial: Trial) -> None:
    group = call("delete_security_group", group=seed.FREE_GROUP, expected=None)
    rule = call("update_rule", rule=seed.OTHER_RULE, changes={"description": "a"}, expected=0)
    for history in explored(trial, group, rule, expected={("done", "done"), ("done", "SecurityGroupRuleNotFound")}):
        assert rows(history, "securitygrouprules", security_group_id=seed.FREE_GROUP) == []
