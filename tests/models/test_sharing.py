from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import Network, errors, seed

target = Network()


def test_a_network_is_shared_until_its_entry_is_deleted(session: Session) -> None:
    entry = target.share_network(session, seed.NETWORK, "*")
    assert target.read_rbac_entry(session, entry["id"]) == entry
    shared = target.read_network(session, seed.NETWORK)
    assert (shared["shared_with"], shared["revision_number"]) == (["*", seed.PROJECT], 1)
    target.delete_rbac_entry(session, entry["id"])
    assert target.read_network(session, seed.NETWORK)["shared_with"] == [seed.PROJECT]
    assert [each["id"] for each in target.list_rbac_entries(session)] == [seed.RBAC]


def test_a_network_is_shared_with_a_project_once(session: Session) -> None:
    with pytest.raises(errors.RBACEntryExists):
        target.share_network(session, seed.NETWORK, seed.PROJECT)
    entry = target.share_network(session, seed.NETWORK, "*")
    with pytest.raises(errors.RBACEntryExists):
        target.update_rbac_entry(session, entry["id"], seed.PROJECT)
    assert target.update_rbac_entry(session, entry["id"], seed.OTHER_PROJECT)["target"] == seed.OTHER_PROJECT


def test_a_project_has_one_default_security_group(session: Session) -> None:
    made = target.ensure_default_security_group(session, seed.PROJECT)
    assert target.ensure_default_security_group(session, seed.PROJECT) == made
    assert target.ensure_default_security_group(session, seed.OTHER_PROJECT)["id"] != made["id"]
    with pytest.raises(errors.SecurityGroupInUse):
        target.delete_security_group(session, made["id"], None)


def test_a_created_address_group_is_read_as_it_was_returned(session: Session) -> None:
    created = target.create_address_group(session, "a")
    assert target.read_address_group(session, created["id"]) == created
    changed = target.update_address_group(session, created["id"], {"name": "b"}, 0)
    assert target.list_address_groups(session)[-1]["addresses"] == changed["addresses"] == []


def test_an_address_is_in_a_group_once(session: Session) -> None:
    added = target.add_address(session, seed.ADDRESS_GROUP, "10.1.1.0/24")
    assert (added["addresses"], added["revision_number"]) == (["10.1.0.0/24", "10.1.1.0/24"], 1)
    with pytest.raises(errors.AddressAssociationExists):
        target.add_address(session, seed.ADDRESS_GROUP, "10.1.1.0/24")
    assert target.remove_address(session, seed.ADDRESS_GROUP, "10.1.0.0/24")["addresses"] == ["10.1.1.0/24"]
    with pytest.raises(errors.AddressAssociationNotFound):
        target.remove_address(session, seed.ADDRESS_GROUP, "10.1.0.0/24")


def test_an_address_group_that_a_rule_names_is_not_deleted(session: Session) -> None:
    rule = target.create_address_group_rule(session, seed.GROUP, seed.ADDRESS_GROUP)
    with pytest.raises(errors.AddressGroupInUse):
        target.delete_address_group(session, seed.ADDRESS_GROUP, None)
    target.delete_rule(session, rule["id"], None)
    target.delete_address_group(session, seed.ADDRESS_GROUP, None)
    with pytest.raises(errors.AddressGroupNotFound):
        target.read_address_group(session, seed.ADDRESS_GROUP)
