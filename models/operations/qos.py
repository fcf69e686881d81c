"""Quality of service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.networks import NETWORK
from models.operations.ports import PORT
from models.operations.shared import CHANGES, EXPECTED, NAME, _Operations
from models.service import qos

POLICY = st.sampled_from(seed.POLICIES)
KIND = st.sampled_from(["bandwidth", "dscp", "minimum"])
DIRECTION = st.sampled_from(["egress", "ingress"])
RULE = st.sampled_from([f"bandwidth/{seed.QOS_RULE}", f"dscp/{seed.DSCP_RULE}"])
VALUE = st.sampled_from([10, 20])


class _Qos(_Operations):
    """What is done with QoS policies and their rules; `dscp/qos-rule-2` is a rule."""

    @operation(name=NAME)
    def create_qos_policy(self, session: Session, name: str) -> dict[str, Any]:
        """Add a QoS policy."""
        return self.transactions.run(session, lambda s: qos.create(s, name))

    @operation(policy=POLICY)
    def read_qos_policy(self, session: Session, policy: str) -> dict[str, Any]:
        """A QoS policy with its rules."""
        return self.transactions.run(session, lambda s: qos.read(s, policy))

    @operation
    def list_qos_policies(self, session: Session) -> list[dict[str, Any]]:
        """All QoS policies."""
        return self.transactions.run(session, qos.read_all)

    @operation(policy=POLICY, changes=CHANGES, expected=EXPECTED)
    def update_qos_policy(
        self, session: Session, policy: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a QoS policy."""
        return self._update(session, tables.QosPolicy, policy, expected, lambda s: qos.update(s, policy, changes))

    @operation(policy=POLICY, expected=EXPECTED)
    def delete_qos_policy(self, session: Session, policy: str, expected: int | None) -> None:
        """Remove a QoS policy."""
        self._delete(session, tables.QosPolicy, policy, expected, lambda s: qos.delete(s, policy))

    @operation(policy=POLICY, kind=KIND, direction=DIRECTION)
    def create_qos_rule(self, session: Session, policy: str, kind: str, direction: str = qos.EGRESS) -> dict[str, Any]:
        """Add a rule to a QoS policy."""
        return self.transactions.run(session, lambda s: qos.create_rule(s, policy, kind, 10, direction))

    @operation(qos_rule=RULE)
    def read_qos_rule(self, session: Session, qos_rule: str) -> dict[str, Any]:
        """A rule of a QoS policy."""
        kind, _, key = qos_rule.partition("/")
        return self.transactions.run(session, lambda s: qos.read_rule(s, kind, key))

    @operation(policy=POLICY)
    def list_qos_rules(self, session: Session, policy: str) -> list[dict[str, Any]]:
        """All rules of a QoS policy."""
        return self.transactions.run(session, lambda s: qos.read_all_rules(s, policy))

    @operation(qos_rule=RULE, value=VALUE)
    def update_qos_rule(self, session: Session, qos_rule: str, value: int) -> dict[str, Any]:
        """Change a rule of a QoS policy."""
        kind, _, key = qos_rule.partition("/")
        return self.transactions.run(session, lambda s: qos.update_rule(s, kind, key, value))

    @operation(qos_rule=RULE)
    def delete_qos_rule(self, session: Session, qos_rule: str) -> None:
        """Remove a rule of a QoS policy."""
        kind, _, key = qos_rule.partition("/")
        self.transactions.run(session, lambda s: qos.delete_rule(s, kind, key))

    @operation(policy=POLICY, port=PORT, expected=EXPECTED)
    def bind_qos_port(self, session: Session, policy: str, port: str, expected: int | None = None) -> dict[str, Any]:
        """Bind a port to a QoS policy."""
        return self._update(session, tables.Port, port, expected, lambda s: qos.bind_port(s, policy, port))

    @operation(port=PORT, expected=EXPECTED)
    def unbind_qos_port(self, session: Session, port: str, expected: int | None = None) -> dict[str, Any]:
        """Bind a port to no QoS policy."""
        return self._update(session, tables.Port, port, expected, lambda s: qos.unbind_port(s, port))

    @operation(policy=POLICY, network=NETWORK, expected=EXPECTED)
    def bind_qos_network(
        self, session: Session, policy: str, network: str, expected: int | None = None
    ) -> dict[str, Any]:
        """Bind a network to a QoS policy."""
        return self._update(session, tables.Network, network, expected, lambda s: qos.bind_network(s, policy, network))

    @operation(network=NETWORK, expected=EXPECTED)
    def unbind_qos_network(self, session: Session, network: str, expected: int | None = None) -> dict[str, Any]:
        """Bind a network to no QoS policy."""
        return self._update(session, tables.Network, network, expected, lambda s: qos.unbind_network(s, network))
