"""Pairs of operations, the second at a place in the first where both have checked and neither has written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.history import History
from fuzz.postgres import Scratch
from fuzz.trial import Trial
from models import Network, seed

LEVELS = ("rc", "rr", "ser")


@pytest.fixture
def trial(scratch: Scratch) -> Iterator[Trial]:
    with closing(Stage(Network(), scratch)) as stage:
        yield Trial(stage)


def call(operation: str, **arguments: Any) -> Call:
    return Call(operation, arguments)


def outcomes(history: History) -> list[str]:
    """How A's call and B's call ended."""
    ends = sorted(history.outcomes, key=lambda outcome: outcome.session)
    return [outcome.failure.name if outcome.failure else "done" for outcome in ends]


def ends_of(trial: Trial, first: Call, second: Call) -> set[tuple[str, ...]]:
    """All ways in which two calls end at any isolation level when B runs at any one place of A; each is judged."""
    found = set()
    for isolation in LEVELS:
        for steps in range(12):
            schedule = ("A",) * steps + ("B",) * 50
            verdict = trial(Case("x", isolation, {"A": (first,), "B": (second,)}, schedule))
            assert (verdict.violations, verdict.alone, verdict.history.hung) == ((), (), {})
            found.add(tuple(outcomes(verdict.history)))
    return found


def test_of_two_overlapping_subnets_one_is_created(trial: Trial) -> None:
    first, second = (
        call("create_subnet", network=seed.OTHER_NETWORK, cidr=each) for each in ("10.0.0.0/16", "10.0.1.0/24")
    )
    assert ends_of(trial, first, second) == {("done", "OverlappingCidr"), ("OverlappingCidr", "done")}


def test_of_two_equal_rules_one_is_created(trial: Trial) -> None:
    rule = call("create_rule", group=seed.GROUP, protocol="udp", remote_group=None)
    assert ends_of(trial, rule, rule) == {("done", "RuleExists"), ("RuleExists", "done")}


def test_of_two_ports_with_one_mac_address_one_is_created(trial: Trial) -> None:
    port = call("create_port", network=seed.NETWORK, subnet=seed.SUBNET, mac_address=seed.MACS[2])
    assert ends_of(trial, port, port) == {("done", "MacAddressInUse"), ("MacAddressInUse", "done")}


def test_two_ports_get_an_address_each(trial: Trial) -> None:
    first, second = (
        call("create_port", network=seed.NETWORK, subnet=seed.SUBNET, mac_address=mac) for mac in seed.MACS[2:]
    )
    assert ends_of(trial, first, second) == {("done", "done")}


def test_the_last_address_is_given_once(trial: Trial) -> None:
    first, second = (
        call("create_port", network=seed.NETWORK, subnet=seed.FREE_SUBNET, mac_address=mac) for mac in seed.MACS[2:]
    )
    assert ends_of(trial, first, second) == {("done", "AddressExhausted"), ("AddressExhausted", "done")}


def test_two_ports_do_not_move_to_one_address(trial: Trial) -> None:
    first, second = (
        call("move_port", port=port, subnet=seed.SUBNET, address="10.0.0.4", expected=None) for port in seed.PORTS
    )
    assert ends_of(trial, first, second) == {("done", "AddressInUse"), ("AddressInUse", "done")}


def test_a_subnet_is_not_deleted_under_a_port_that_takes_an_address(trial: Trial) -> None:
    deletion = call("delete_subnet", subnet=seed.FREE_SUBNET, expected=None)
    creation = call("create_port", network=seed.NETWORK, subnet=seed.FREE_SUBNET, mac_address=seed.MACS[2])
    assert ends_of(trial, deletion, creation) == {("done", "SubnetNotFound"), ("SubnetInUse", "done")}
    assert ends_of(trial, creation, deletion) == {("SubnetNotFound", "done"), ("done", "SubnetInUse")}


def test_a_network_is_not_deleted_under_a_new_subnet(trial: Trial) -> None:
    deletion = call("delete_network", network=seed.OTHER_NETWORK, expected=None)
    creation = call("create_subnet", network=seed.OTHER_NETWORK, cidr="10.0.1.0/24")
    assert ends_of(trial, deletion, creation) == {("done", "NetworkNotFound"), ("NetworkInUse", "done")}
    assert ends_of(trial, creation, deletion) == {("NetworkNotFound", "done"), ("done", "NetworkInUse")}


def test_a_group_is_not_deleted_under_a_port_that_uses_it(trial: Trial) -> None:
    deletion = call("delete_security_group", group=seed.FREE_GROUP, expected=None)
    binding = call("bind_port", port=seed.PORT, group=seed.FREE_GROUP)
    assert ends_of(trial, deletion, binding) == {("done", "SecurityGroupNotFound"), ("SecurityGroupInUse", "done")}
    assert ends_of(trial, binding, deletion) == {("SecurityGroupNotFound", "done"), ("done", "SecurityGroupInUse")}


def test_a_rule_may_vanish_with_its_group_or_before(trial: Trial) -> None:
    group = call("delete_security_group", group=seed.FREE_GROUP, expected=None)
    rule = call("delete_rule", rule=seed.OTHER_RULE, expected=None)
    assert ends_of(trial, group, rule) == {("done", "done"), ("done", "SecurityGroupRuleNotFound")}
    assert ends_of(trial, rule, group) == {("done", "done"), ("SecurityGroupRuleNotFound", "done")}


def test_of_two_updates_with_one_expected_revision_one_is_accepted(trial: Trial) -> None:
    first, second = (call("update_port", port=seed.PORT, changes={"name": name}, expected=0) for name in ("a", "b"))
    assert ends_of(trial, first, second) == {("done", "RevisionMismatch"), ("RevisionMismatch", "done")}


def test_a_port_is_deleted_once(trial: Trial) -> None:
    deletion = call("delete_port", port=seed.PORT, expected=None)
    assert ends_of(trial, deletion, deletion) == {("done", "PortNotFound"), ("PortNotFound", "done")}
