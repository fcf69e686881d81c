"""Security groups and their rules: create, read, list, update, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from models.errors import RuleExists, SecurityGroupInUse
from models.service import rows
from models.tables import AddressGroup, DefaultSecurityGroup, SecurityGroup, SecurityGroupPortBinding, SecurityGroupRule

CHANGEABLE = frozenset({"name", "description"})
RULE_CHANGEABLE = frozenset({"description"})


def view(group: SecurityGroup) -> dict[str, Any]:
    """A security group as users see it."""
    return rows.view(group, rules=sorted(rule.id for rule in group.rules))


def view_rule(rule: SecurityGroupRule) -> dict[str, Any]:
    """A rule as users see it."""
    return rows.view(
        rule,
        security_group_id=rule.security_group_id,
        direction=rule.direction,
        protocol=rule.protocol,
        remote_group_id=rule.remote_group_id,
        remote_address_group_id=rule.remote_address_group_id,
    )


def create(session: Session, name: str) -> dict[str, Any]:
    """Add a security group without rules."""
    group = SecurityGroup.new(name=name, rules=[])
    session.add(group)
    session.flush()
    return view(group)


def ensure_default(session: Session, project_id: str) -> dict[str, Any]:
    """A project's default security group, made at first sight.

    Who makes it second meets the primary key and begins anew, with a new snapshot: reading again in the same
    transaction would never show the first's (upstream's loop did not end).
    """
    known = select(DefaultSecurityGroup.security_group_id).where(DefaultSecurityGroup.project_id == project_id)
    group_id = session.scalar(known)
    if group_id is not None:
        return read(session, group_id)
    group = SecurityGroup.new(name="default", rules=[])
    session.add(group)
    session.flush()
    session.add(DefaultSecurityGroup(project_id=project_id, security_group_id=group.id))
    session.flush()
    return view(group)


def read(session: Session, group_id: str) -> dict[str, Any]:
    """A security group. Raises SecurityGroupNotFound."""
    return view(rows.load(session, SecurityGroup, group_id, joinedload(SecurityGroup.rules)))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All security groups."""
    return [view(group) for group in rows.load_all(session, SecurityGroup, joinedload(SecurityGroup.rules))]


def update(session: Session, group_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a security group. Raises SecurityGroupNotFound, InvalidInput."""
    group = rows.load(session, SecurityGroup, group_id, joinedload(SecurityGroup.rules))
    rows.change(group, changes, CHANGEABLE)
    session.flush()
    return view(group)


def delete(session: Session, group_id: str) -> None:
    """Remove a security group that no port and no project uses, its rules, and the rules that name it.

    Raises:
        SecurityGroupNotFound, SecurityGroupInUse: as their names say.
    """
    # Before the check: a port that would use it waits. Upstream asks for ports in a transaction of its own, and deletes
    # in the next; the foreign key is a cascade since, so that a port bound in between loses the group without a bump.
    rows.lock(session, SecurityGroup, group_id, delete=True)
    group = rows.load(session, SecurityGroup, group_id)
    check_unused(session, group_id)
    session.delete(group)
    session.flush()


def check_unused(session: Session, group_id: str) -> None:
    """See that no port uses a security group, nor a project by default. Raises SecurityGroupInUse."""
    used = or_(
        exists().where(SecurityGroupPortBinding.security_group_id == group_id),
        exists().where(DefaultSecurityGroup.security_group_id == group_id),
    )
    if session.scalar(select(used)):
        raise SecurityGroupInUse(f"ports use security group {group_id}, or a project by default")


def create_rule(
    session: Session,
    group_id: str,
    direction: str,
    protocol: str,
    remote_group_id: str | None = None,
    remote_address_group_id: str | None = None,
) -> dict[str, Any]:
    """Add a rule to a security group. Raises NotFound (of any of the groups), RuleExists."""
    # Before the check: nothing else keeps equal rules apart. Upstream's check and INSERT share a transaction, and
    # counted on a compare-and-swap of the group's revision, which is raised blindly now.
    rows.lock(session, SecurityGroup, group_id)
    return add_rule(session, group_id, direction, protocol, remote_group_id, remote_address_group_id)


def add_rule(
    session: Session,
    group_id: str,
    direction: str,
    protocol: str,
    remote_group_id: str | None,
    remote_address_group_id: str | None = None,
) -> dict[str, Any]:
    """What `create_rule` does once it has the group for itself."""
    check_new(session, group_id, direction, protocol, remote_group_id, remote_address_group_id)
    return put_rule(session, group_id, direction, protocol, remote_group_id, remote_address_group_id)


def check_new(
    session: Session,
    group_id: str,
    direction: str,
    protocol: str,
    remote_group_id: str | None,
    remote_address_group_id: str | None = None,
) -> None:
    """See that the groups are there, and not the rule. Raises NotFound, RuleExists."""
    rows.load(session, SecurityGroup, group_id)
    if remote_group_id is not None:
        rows.require(session, SecurityGroup, remote_group_id)
    if remote_address_group_id is not None:
        rows.require(session, AddressGroup, remote_address_group_id)
    same = select(SecurityGroupRule.id).where(
        SecurityGroupRule.security_group_id == group_id,
        SecurityGroupRule.direction == direction,
        SecurityGroupRule.protocol == protocol,
        SecurityGroupRule.remote_group_id.is_not_distinct_from(remote_group_id),
        SecurityGroupRule.remote_address_group_id.is_not_distinct_from(remote_address_group_id),
    )
    if session.scalar(same) is not None:
        raise RuleExists(f"security group {group_id} has that rule")


def put_rule(
    session: Session,
    group_id: str,
    direction: str,
    protocol: str,
    remote_group_id: str | None,
    remote_address_group_id: str | None = None,
) -> dict[str, Any]:
    """Add a rule, whatever there is. Raises SecurityGroupNotFound."""
    group = session.get(SecurityGroup, group_id)  # no second look at one that was checked just now
    if group is None:
        raise rows.not_found(SecurityGroup, group_id)
    rule = SecurityGroupRule.new(
        security_group=group,
        direction=direction,
        protocol=protocol,
        remote_group_id=remote_group_id,
        remote_address_group_id=remote_address_group_id,
    )
    session.add(rule)
    session.flush()
    return view_rule(rule)


def read_rule(session: Session, rule_id: str) -> dict[str, Any]:
    """A rule. Raises SecurityGroupRuleNotFound."""
    return view_rule(rows.load(session, SecurityGroupRule, rule_id))


def read_all_rules(session: Session) -> list[dict[str, Any]]:
    """All rules."""
    return [view_rule(rule) for rule in rows.load_all(session, SecurityGroupRule)]


def update_rule(session: Session, rule_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a rule, which is no change of its group. Raises SecurityGroupRuleNotFound, InvalidInput."""
    rule = rows.load(session, SecurityGroupRule, rule_id)
    rows.change(rule, changes, RULE_CHANGEABLE)
    session.flush()
    return view_rule(rule)


def delete_rule(session: Session, rule_id: str) -> None:
    """Remove a rule. Raises SecurityGroupRuleNotFound."""
    group_id = session.scalar(select(SecurityGroupRule.security_group_id).where(SecurityGroupRule.id == rule_id))
    if group_id is None:
        raise rows.not_found(SecurityGroupRule, rule_id)
    rows.lock_if_there(session, SecurityGroup, group_id)  # the rule goes with it
    rule = rows.load(session, SecurityGroupRule, rule_id, joinedload(SecurityGroupRule.security_group))
    session.delete(rule)
    session.flush()
