"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.shared import CHANGES, DESCRIPTION, EXPECTED, NAME, _Operations
from models.service import securitygroups

ADDRESS_GROUP = st.sampled_from(seed.ADDRESS_GROUPS)
GROUP = st.sampled_from(seed.GROUPS)
PROTOCOL = st.sampled_from(["tcp", "udp"])
REMOTE_GROUP = st.sampled_from([None, *seed.GROUPS])
RULE = st.sampled_from(seed.RULES)


class _SecurityGroups(_Operations):
    """What is done with security groups and their rules."""

    @operation(name=NAME)
    def create_security_group(self, session: Session, name: str) -> dict[str, Any]:
        """Add a security group."""
        return self.transactions.run(session, lambda s: securitygroups.create(s, name))

    @operation(group=GROUP)
    def read_security_group(self, session: Session, group: str) -> dict[str, Any]:
        """A security group with its rules' ids."""
        return self.transactions.run(session, lambda s: securitygroups.read(s, group))

    @operation
    def list_security_groups(self, session: Session) -> list[dict[str, Any]]:
        """All security groups."""
        return self.transactions.run(session, securitygroups.read_all)

    @operation(group=GROUP, changes=CHANGES, expected=EXPECTED)
    def update_security_group(
        self, session: Session, group: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a security group."""
        return self._update(
            session, tables.SecurityGroup, group, expected, lambda s: securitygroups.update(s, group, changes)
        )

    @operation(group=GROUP, expected=EXPECTED)
    def delete_security_group(self, session: Session, group: str, expected: int | None) -> None:
        """Remove a security group and the rules that belong to it or name it."""
        self._delete(session, tables.SecurityGroup, group, expected, lambda s: securitygroups.delete(s, group))

    @operation(group=GROUP, protocol=PROTOCOL, remote_group=REMOTE_GROUP)
    def create_rule(self, session: Session, group: str, protocol: str, remote_group: str | None) -> dict[str, Any]:
        """Add a rule to a security group."""
        return self.transactions.run(
            session,
            lambda s: securitygroups.create_rule(s, group, "ingress", protocol, remote_group_id=remote_group),
        )

    @operation(group=GROUP, address_group=ADDRESS_GROUP)
    def create_address_group_rule(self, session: Session, group: str, address_group: str) -> dict[str, Any]:
        """Add a rule that names an address group to a security group."""
        return self.transactions.run(
            session,
            lambda s: securitygroups.create_rule(s, group, "ingress", "udp", remote_address_group_id=address_group),
        )

    @operation(project=st.sampled_from(seed.PROJECTS))
    def ensure_default_security_group(self, session: Session, project: str) -> dict[str, Any]:
        """The security group that a project uses by default, made if there is none."""
        return self.transactions.run(session, lambda s: securitygroups.ensure_default(s, project))

    @operation(rule=RULE)
    def read_rule(self, session: Session, rule: str) -> dict[str, Any]:
        """A rule."""
        return self.transactions.run(session, lambda s: securitygroups.read_rule(s, rule))

    @operation
    def list_rules(self, session: Session) -> list[dict[str, Any]]:
        """All rules."""
        return self.transactions.run(session, securitygroups.read_all_rules)

    @operation(rule=RULE, changes=DESCRIPTION, expected=EXPECTED)
    def update_rule(
        self, session: Session, rule: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Describe a rule."""
        return self._update(
            session, tables.SecurityGroupRule, rule, expected, lambda s: securitygroups.update_rule(s, rule, changes)
        )

    @operation(rule=RULE, expected=EXPECTED)
    def delete_rule(self, session: Session, rule: str, expected: int | None) -> None:
        """Remove a rule."""
        self._delete(session, tables.SecurityGroupRule, rule, expected, lambda s: securitygroups.delete_rule(s, rule))
