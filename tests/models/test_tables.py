"""What keys and constraints the tables have, and what goes with what: as upstream's have it, table by table."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint, inspect

from models import tables
from models.tables import Base, Resource

CASCADE = "CASCADE"

OWN_REVISION = {"standard_attr_id": CASCADE}
"""What every resource has: the standard attributes' end is its own."""


@dataclass(frozen=True, slots=True)
class As:
    """How a table is to be.

    Attributes:
        ondelete: column with a foreign key -> what the key does when its row is deleted (None: it refuses).
        key: the primary key.
        unique: what else is unique.
        goes_with: relations of mapped classes ("Port.allocations") through which the ORM deletes its rows.
    """

    ondelete: dict[str, str | None]
    key: set[str] = field(default_factory=lambda: {"id"})
    unique: tuple[set[str], ...] = ()
    goes_with: frozenset[str] = frozenset()


def resource(ondelete: dict[str, str | None], *unique: set[str], goes_with: frozenset[str] = frozenset()) -> As:
    """A table with a revision of its own."""
    return As({**OWN_REVISION, **ondelete}, unique=({"standard_attr_id"}, *unique), goes_with=goes_with)


TABLES = {
    "networks": resource({}),
    "networkrbacs": As(
        {"object_id": CASCADE},
        unique=({"target_project", "object_id", "action"},),
        goes_with=frozenset({"Network.rbac_entries"}),
    ),
    "qos_network_policy_bindings": As(
        {"policy_id": CASCADE, "network_id": CASCADE},
        {"policy_id", "network_id"},
        ({"network_id"},),
        frozenset({"Network.qos_binding"}),
    ),
    "subnets": resource({"network_id": None}),
    "ipallocationpools": As({"subnet_id": CASCADE}, goes_with=frozenset({"Subnet.allocation_pools"})),
    "ports": resource({"network_id": None}, {"network_id", "mac_address"}, {"id", "network_id"}),
    "ipallocations": As(
        {"port_id": CASCADE, "subnet_id": CASCADE, "network_id": CASCADE},
        {"ip_address", "subnet_id", "network_id"},
        goes_with=frozenset({"Port.allocations"}),
    ),
    "securitygroupportbindings": As(
        {"port_id": CASCADE, "security_group_id": CASCADE},
        {"port_id", "security_group_id"},
        goes_with=frozenset({"Port.bindings"}),
    ),
    "ml2_port_bindings": As({"port_id": CASCADE}, {"port_id", "host"}, goes_with=frozenset({"Port.host_bindings"})),
    "allowedaddresspairs": As(
        {"port_id": CASCADE}, {"port_id", "mac_address", "ip_address"}, goes_with=frozenset({"Port.address_pairs"})
    ),
    "qos_port_policy_bindings": As(
        {"policy_id": CASCADE, "port_id": CASCADE},
        {"policy_id", "port_id"},
        ({"port_id"},),
        frozenset({"Port.qos_binding"}),
    ),
    "securitygroups": resource({}),
    "securitygrouprules": resource(
        {"security_group_id": CASCADE, "remote_group_id": CASCADE, "remote_address_group_id": CASCADE},
        goes_with=frozenset({"SecurityGroup.rules", "SecurityGroup.source_rules"}),
    ),
    "default_security_group": As({"security_group_id": CASCADE}, {"project_id"}),
    "address_groups": resource({}),
    "address_associations": As(
        {"address_group_id": CASCADE},
        {"address", "address_group_id"},
        goes_with=frozenset({"AddressGroup.addresses"}),
    ),
    "routers": resource({"gw_port_id": None}),
    "routerports": As(
        {"router_id": CASCADE, "port_id": CASCADE},
        {"router_id", "port_id"},
        ({"port_id"},),
        frozenset({"Port.routerport"}),
    ),
    "routerroutes": As(
        {"router_id": CASCADE}, {"destination", "nexthop", "router_id"}, goes_with=frozenset({"Router.routes"})
    ),
    "floatingips": resource(
        {"floating_port_id": CASCADE, "fixed_port_id": None, "router_id": None},
        {"floating_network_id", "fixed_port_id", "fixed_ip_address"},
        goes_with=frozenset({"Port.floating_ips"}),
    ),
    "portforwardings": resource(
        {"floatingip_id": CASCADE, "internal_port_id": CASCADE},
        {"floatingip_id", "external_port", "protocol"},
        {"internal_port_id", "internal_ip_address", "internal_port", "protocol"},
    ),
    "qos_policies": resource({}),
    "qos_bandwidth_limit_rules": As({"qos_policy_id": CASCADE}, unique=({"qos_policy_id", "direction"},)),
    "qos_minimum_bandwidth_rules": As({"qos_policy_id": CASCADE}, unique=({"qos_policy_id", "direction"},)),
    "qos_dscp_marking_rules": As({"qos_policy_id": CASCADE}, unique=({"qos_policy_id"},)),
    "tags": As(
        {"standard_attr_id": CASCADE}, {"standard_attr_id", "tag"}, goes_with=frozenset({"StandardAttribute.tags"})
    ),
    "trunks": resource({"port_id": CASCADE}, {"port_id"}),
    "subports": As(
        {"port_id": CASCADE, "trunk_id": CASCADE},
        {"port_id"},
        ({"trunk_id", "segmentation_type", "segmentation_id"},),
        frozenset({"Trunk.subports"}),
    ),
    "subnetpools": resource({}),
    "subnetpoolprefixes": As(
        {"subnetpool_id": CASCADE}, {"cidr", "subnetpool_id"}, goes_with=frozenset({"SubnetPool.prefixes"})
    ),
    "standardattributes": As(
        {}, goes_with=frozenset(f"{each.__name__}.standard_attr" for each in Resource.__subclasses__())
    ),
    "quotas": As({}, unique=({"project_id", "resource"},)),
    "quotausages": As({}, {"project_id", "resource"}),
    "reservations": As({}),
    "resourcedeltas": As(
        {"reservation_id": CASCADE}, {"reservation_id", "resource"}, goes_with=frozenset({"Reservation.deltas"})
    ),
}


def unique_in(table: Table) -> list[set[str]]:
    """The columns of each unique constraint, the primary key's not among them."""
    constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return sorted(({column.name for column in each.columns} for each in constraints), key=sorted)


def deleted_through() -> dict[str, set[str]]:
    """Table -> the relations through which the ORM deletes its rows."""
    found: dict[str, set[str]] = {}
    of_the_model = [each for each in Base.registry.mappers if each.class_.__module__.startswith(tables.__name__)]
    for mapper in of_the_model:  # the zoo maps a table anew
        for relation in inspect(mapper).relationships:
            if relation.cascade.delete:
                told = f"{mapper.class_.__name__}.{relation.key}"
                found.setdefault(str(relation.mapper.local_table), set()).add(told)
    return found


@pytest.mark.parametrize("name", Base.metadata.tables)
def test_a_table_has_upstreams_keys_and_constraints(name: str) -> None:
    table, wanted = Base.metadata.tables[name], TABLES[name]
    assert isinstance(table.primary_key, PrimaryKeyConstraint)
    assert {column.name for column in table.primary_key} == wanted.key
    assert unique_in(table) == sorted(wanted.unique, key=sorted)
    assert {key.parent.name: key.ondelete for key in table.foreign_keys} == wanted.ondelete


@pytest.mark.parametrize("name", Base.metadata.tables)
def test_the_orm_deletes_a_tables_rows_with_what_upstreams_does(name: str) -> None:
    assert deleted_through().get(name, set()) == TABLES[name].goes_with


@pytest.mark.parametrize("model", Resource.__subclasses__(), ids=lambda model: model.__name__)
def test_a_resource_has_one_row_of_standard_attributes_to_itself(model: type[Resource]) -> None:
    relation = inspect(model).relationships["standard_attr"]
    assert (relation.lazy, relation.single_parent, relation.cascade.delete_orphan) == ("joined", True, True)
    assert not model.__table__.c.standard_attr_id.nullable
