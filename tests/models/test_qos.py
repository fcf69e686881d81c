from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed

target = Network()

NO_RULES: dict[str, list[object]] = {"bandwidth": [], "dscp": [], "minimum": []}


def test_a_created_policy_has_no_rules(session: Session) -> None:
    created = target.create_qos_policy(session, "a")
    assert created["rules"] == NO_RULES
    assert target.read_qos_policy(session, created["id"]) == created
    assert len(target.list_qos_policies(session)) == 3


@pytest.mark.parametrize("kind", ["bandwidth", "dscp", "minimum"])
def test_a_policy_has_one_rule_of_a_kind(session: Session, kind: str) -> None:
    policy = target.create_qos_policy(session, "a")["id"]
    rule = target.create_qos_rule(session, policy, kind)
    directed = () if kind == "dscp" else ("egress",)
    assert target.read_qos_policy(session, policy)["rules"] == {**NO_RULES, kind: [(rule["id"], 10, *directed)]}
    with pytest.raises(errors.QosRuleExists):
        target.create_qos_rule(session, policy, kind)
    changed = target.update_qos_rule(session, f"{kind}/{rule['id']}", 20)
    assert changed == {**rule, "value": 20}
    assert target.read_qos_rule(session, f"{kind}/{rule['id']}") == changed
    assert target.list_qos_rules(session, policy) == [changed]
    target.delete_qos_rule(session, f"{kind}/{rule['id']}")
    left = target.read_qos_policy(session, policy)
    assert (left["rules"], left["revision_number"]) == (NO_RULES, 3)
    assert target.list_qos_rules(session, policy) == []


@pytest.mark.parametrize("kind", ["bandwidth", "minimum"])
def test_a_policy_has_one_rule_of_a_kind_and_direction(session: Session, kind: str) -> None:
    policy = target.create_qos_policy(session, "a")["id"]
    for direction in ("egress", "ingress"):
        rule = target.create_qos_rule(session, policy, kind, direction)
        assert rule["direction"] == direction
        assert target.read_qos_rule(session, f"{kind}/{rule['id']}") == rule
        with pytest.raises(errors.QosRuleExists):
            target.create_qos_rule(session, policy, kind, direction)
    listed = target.list_qos_rules(session, policy)
    assert sorted(rule["direction"] for rule in listed) == ["egress", "ingress"]


def test_marks_are_for_what_leaves(session: Session) -> None:
    policy = target.create_qos_policy(session, "a")["id"]
    with pytest.raises(errors.InvalidInput):
        target.create_qos_rule(session, policy, "dscp", "ingress")
    target.create_qos_rule(session, policy, "dscp", "egress")


def test_a_changed_policy_is_read_as_it_was_returned(session: Session) -> None:
    changed = target.update_qos_policy(session, seed.POLICY, {"name": "a"}, 0)
    assert target.read_qos_policy(session, seed.POLICY) == changed


def test_a_policy_that_something_is_bound_to_is_not_deleted(session: Session) -> None:
    with pytest.raises(errors.QosPolicyInUse):
        target.delete_qos_policy(session, seed.POLICY, None)
    target.unbind_qos_port(session, seed.OTHER_PORT)
    with pytest.raises(errors.QosPolicyInUse):
        target.delete_qos_policy(session, seed.POLICY, None)
    target.unbind_qos_network(session, seed.OTHER_NETWORK)
    target.delete_qos_policy(session, seed.POLICY, None)
    with pytest.raises(errors.QosPolicyNotFound):
        target.read_qos_policy(session, seed.POLICY)


def test_a_port_is_bound_to_one_policy(session: Session) -> None:
    assert target.bind_qos_port(session, seed.FREE_POLICY, seed.OTHER_PORT)["qos_policy"] == seed.FREE_POLICY
    unbound = target.unbind_qos_port(session, seed.OTHER_PORT)
    assert (unbound["qos_policy"], unbound["revision_number"]) == (None, 2)


def test_a_network_is_bound_to_one_policy(session: Session) -> None:
    assert target.bind_qos_network(session, seed.FREE_POLICY, seed.OTHER_NETWORK)["qos_policy"] == seed.FREE_POLICY
    unbound = target.unbind_qos_network(session, seed.OTHER_NETWORK)
    assert (unbound["qos_policy"], unbound["revision_number"]) == (None, 2)
