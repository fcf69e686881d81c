"""Quality of service: policies, their rules, and what is bound to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import InvalidInput, QosPolicyInUse, QosRuleExists, QosRuleNotFound
from models.service import networks, ports, rows
from models.tables import (
    QosBandwidthRule,
    QosDirectedRule,
    QosDscpRule,
    QosMinimumRule,
    QosNetworkBinding,
    QosPolicy,
    QosPortBinding,
    QosRule,
)

CHANGEABLE = frozenset({"name", "description"})

EGRESS = "egress"
DIRECTIONS = frozenset({EGRESS, "ingress"})

KINDS: Mapping[str, type[QosRule]] = {
    "bandwidth": QosBandwidthRule,
    "dscp": QosDscpRule,
    "minimum": QosMinimumRule,
}


def view(policy: QosPolicy) -> dict[str, Any]:
    """A policy as users see it."""
    rules: Mapping[str, Sequence[QosRule]] = {
        "bandwidth": policy.bandwidth_rules,
        "dscp": policy.dscp_rules,
        "minimum": policy.minimum_rules,
    }
    return rows.view(policy, rules={kind: [_view_part(rule) for rule in of] for kind, of in rules.items()})


@cache
def whole() -> tuple[ORMOption, ...]:
    """What `view` shows."""
    return (
        joinedload(QosPolicy.bandwidth_rules),
        joinedload(QosPolicy.dscp_rules),
        joinedload(QosPolicy.minimum_rules),
    )


def create(session: Session, name: str) -> dict[str, Any]:
    """Add a policy without rules."""
    policy = QosPolicy.new(name=name)
    session.add(policy)
    session.flush()
    return rows.view(policy, rules={kind: [] for kind in KINDS})


def read(session: Session, policy_id: str) -> dict[str, Any]:
    """A policy. Raises QosPolicyNotFound."""
    return view(rows.load(session, QosPolicy, policy_id, *whole()))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All policies."""
    return [view(policy) for policy in rows.load_all(session, QosPolicy, *whole())]


def update(session: Session, policy_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a policy. Raises QosPolicyNotFound, InvalidInput."""
    policy = rows.load(session, QosPolicy, policy_id, *whole())
    rows.change(policy, changes, CHANGEABLE)
    session.flush()
    return view(policy)


def delete(session: Session, policy_id: str) -> None:
    """Remove a policy that nothing is bound to, and its rules. Raises QosPolicyNotFound, QosPolicyInUse."""
    rows.lock(session, QosPolicy, policy_id, delete=True)  # before the check: who would be bound to it waits
    policy = rows.load(session, QosPolicy, policy_id)
    bound = or_(
        exists().where(QosPortBinding.policy_id == policy_id), exists().where(QosNetworkBinding.policy_id == policy_id)
    )
    if session.scalar(select(bound)):
        raise QosPolicyInUse(f"ports or networks are bound to policy {policy_id}")
    session.delete(policy)
    session.flush()


def create_rule(session: Session, policy_id: str, kind: str, value: int, direction: str = EGRESS) -> dict[str, Any]:
    """Add a rule to a policy, that has none of the kind and direction.

    Raises:
        QosPolicyNotFound, QosRuleExists, InvalidInput: as their names say.
    """
    model, columns = _kind(kind), _directed(kind, direction)
    rows.lock(session, QosPolicy, policy_id)
    policy = rows.load(session, QosPolicy, policy_id)
    if session.scalar(select(model.id).filter_by(qos_policy_id=policy_id, **columns)) is not None:
        raise QosRuleExists(f"policy {policy_id} has a {kind} rule for {direction}")
    rule = model(policy=policy, value=value, **columns)
    session.add(rule)
    session.flush()
    return view_rule(rule)


def view_rule(rule: QosRule) -> dict[str, Any]:
    """A rule as users see it; it has no revision of its own."""
    seen = {"id": rule.id, "policy": rule.qos_policy_id, "value": rule.value}
    return {**seen, "direction": rule.direction} if isinstance(rule, QosDirectedRule) else seen


def read_rule(session: Session, kind: str, rule_id: str) -> dict[str, Any]:
    """A rule. Raises QosRuleNotFound, InvalidInput."""
    model = _kind(kind)
    rule = session.scalars(select(model).where(model.id == rule_id)).one_or_none()
    if rule is None:
        raise QosRuleNotFound(f"no {kind} rule {rule_id}")
    return view_rule(rule)


def read_all_rules(session: Session, policy_id: str) -> list[dict[str, Any]]:
    """All rules of a policy, in one statement. Raises QosPolicyNotFound."""
    policy = rows.load(session, QosPolicy, policy_id, *whole())
    return [view_rule(rule) for rule in [*policy.bandwidth_rules, *policy.dscp_rules, *policy.minimum_rules]]


def update_rule(session: Session, kind: str, rule_id: str, value: int) -> dict[str, Any]:
    """Change a rule. Raises QosRuleNotFound, InvalidInput."""
    rule = _lock_rule(session, kind, rule_id)
    rule.value = value
    session.flush()
    return view_rule(rule)


def delete_rule(session: Session, kind: str, rule_id: str) -> None:
    """Remove a rule. Raises QosRuleNotFound, InvalidInput."""
    session.delete(_lock_rule(session, kind, rule_id))
    session.flush()


def bind_port(session: Session, policy_id: str, port_id: str) -> dict[str, Any]:
    """Bind a port to a policy, whatever it was bound to. Raises PortNotFound, QosPolicyNotFound."""
    port = ports.lock_whole(session, port_id)
    if port.qos_binding is None or port.qos_binding.policy_id != policy_id:
        rows.require(session, QosPolicy, policy_id)
        port.qos_binding = None
        session.flush()  # the old row before the new one: a port has one
        port.qos_binding = QosPortBinding(policy_id=policy_id)
    session.flush()
    return ports.view(port)


def unbind_port(session: Session, port_id: str) -> dict[str, Any]:
    """Bind a port to no policy. Raises PortNotFound."""
    port = ports.lock_whole(session, port_id)
    port.qos_binding = None
    session.flush()
    return ports.view(port)


def bind_network(session: Session, policy_id: str, network_id: str) -> dict[str, Any]:
    """Bind a network to a policy, whatever it was bound to. Raises NetworkNotFound, QosPolicyNotFound."""
    network = networks.lock_whole(session, network_id)
    if network.qos_binding is None or network.qos_binding.policy_id != policy_id:
        rows.require(session, QosPolicy, policy_id)
        network.qos_binding = None
        session.flush()  # the old row before the new one: a network has one
        network.qos_binding = QosNetworkBinding(policy_id=policy_id)
    session.flush()
    return networks.view(network)


def unbind_network(session: Session, network_id: str) -> dict[str, Any]:
    """Bind a network to no policy. Raises NetworkNotFound."""
    network = networks.lock_whole(session, network_id)
    network.qos_binding = None
    session.flush()
    return networks.view(network)


def _view_part(rule: QosRule) -> tuple[str | int, ...]:
    """A rule as a part of its policy."""
    return tuple(value for name, value in view_rule(rule).items() if name != "policy")


def _directed(kind: str, direction: str) -> dict[str, str]:
    """The columns that say a rule's direction; marks are for what leaves. Raises InvalidInput."""
    directed = issubclass(_kind(kind), QosDirectedRule)
    if direction not in (DIRECTIONS if directed else {EGRESS}):
        raise InvalidInput(f"{direction!r} is no direction of a {kind} rule")
    return {"direction": direction} if directed else {}


def _kind(kind: str) -> type[QosRule]:
    if kind not in KINDS:
        raise InvalidInput(f"{kind!r} is no kind of rule")
    return KINDS[kind]


def _lock_rule(session: Session, kind: str, rule_id: str) -> QosRule:
    """A rule, its policy locked."""
    model = _kind(kind)
    policy_id = session.scalar(select(model.qos_policy_id).where(model.id == rule_id))
    if policy_id is not None:
        rows.lock_if_there(session, QosPolicy, policy_id)
    rule = session.scalars(select(model).where(model.id == rule_id).options(joinedload(model.policy))).one_or_none()
    if rule is None:
        raise QosRuleNotFound(f"no {kind} rule {rule_id}")
    return rule
