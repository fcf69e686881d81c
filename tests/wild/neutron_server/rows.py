"""The rows that every case starts from, made by requests; all revisions are 1."""

# Neutron is in the environment that the target runs in, and nowhere else.
# pyright: reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

from itertools import count
from typing import Any
from unittest import mock
from uuid import NAMESPACE_OID, uuid5

from neutron_lib.context import get_admin_context
from neutron_lib.db import api as db_api
from neutron_lib.db.standard_attr import StandardAttribute
from neutron_lib.plugins import constants
from oslo_utils import uuidutils

from tests.wild.neutron_server.requests import act, create, delete


def _id(name: object) -> str:
    return str(uuid5(NAMESPACE_OID, str(name)))


NETWORK, EMPTY_NETWORK = NETWORKS = (_id("network-1"), _id("network-2"))
OUTER_NETWORK = _id("network-outer")
SUBNET, FREE_SUBNET = SUBNETS = (_id("subnet-1"), _id("subnet-2"))
"""Both of the first network."""
OUTER_SUBNET = _id("subnet-outer")
GROUP, FREE_GROUP = GROUPS = (_id("group-1"), _id("group-2"))
"""The first port is bound to the first group."""
GROUP_RULE = _id("group-rule-1")
POLICY, FREE_POLICY = POLICIES = (_id("policy-1"), _id("policy-2"))
"""The first port and the second network are bound to the first policy."""
POLICY_RULE = _id("policy-rule-1")
PORT, OTHER_PORT = PORTS = (_id("port-1"), _id("port-2"))
"""Both of the first network, with an address on its first subnet each."""
ROUTER, FREE_ROUTER = ROUTERS = (_id("router-1"), _id("router-2"))
"""The first has a gateway, and an interface on the first subnet."""
OUTER: dict[str, Any] = {"router:external": True}
INTERFACE = _id("interface-1")
FLOATING_IP, FREE_FLOATING_IP = FLOATING_IPS = (_id("floating-ip-1"), _id("floating-ip-2"))
"""The first stands for the second port."""
TAGGED = (("networks", NETWORK), ("ports", PORT), ("routers", ROUTER))
TAG = "red"
"""Each of them has it."""


def sow() -> None:
    """Make them."""
    for network in NETWORKS:
        _make(network, "networks", name="inner")
    _make(OUTER_NETWORK, "networks", name="outer", **OUTER)
    for subnet, third in zip(SUBNETS, count()):
        _make(subnet, "subnets", network_id=NETWORK, ip_version=4, cidr=f"10.0.{third}.0/28")
    _make(OUTER_SUBNET, "subnets", network_id=OUTER_NETWORK, ip_version=4, cidr="20.0.0.0/28")
    for group in GROUPS:
        _make(group, "security-groups", name="group")
    _make(GROUP_RULE, "security-group-rules", security_group_id=GROUP, direction="ingress", protocol="tcp")
    for policy in POLICIES:
        _make(policy, "policies", name="policy")
    _make(POLICY_RULE, "policy/bandwidth_limit_rules", POLICY, max_kbps=1000, max_burst_kbps=100)
    _make(PORT, "ports", network_id=NETWORK, security_groups=[GROUP], qos_policy_id=POLICY, fixed_ips=_on(SUBNET))
    _make(OTHER_PORT, "ports", network_id=NETWORK, security_groups=[FREE_GROUP], fixed_ips=_on(SUBNET))
    _make(ROUTER, "routers", name="router", external_gateway_info={"network_id": OUTER_NETWORK})
    _make(FREE_ROUTER, "routers", name="router")
    with _ids(INTERFACE):
        act(constants.L3, "add_router_interface", ROUTER, {"subnet_id": SUBNET})
    _make(FLOATING_IP, "floatingips", floating_network_id=OUTER_NETWORK, port_id=OTHER_PORT)
    _make(FREE_FLOATING_IP, "floatingips", floating_network_id=OUTER_NETWORK)
    for what in TAGGED:
        act("TAG", "update_tag", *what, TAG)
    _delete_a_network()
    _first_revisions()


def _on(subnet: str) -> list[dict[str, str]]:
    return [{"subnet_id": subnet}]


def _make(which: str, collection: str, parent: str | None = None, **values: Any) -> None:
    with _ids(which):
        create(collection, parent, **values)


def _ids(first: str) -> Any:
    """Within it, the first id that is drawn is known, and so are those after it."""
    drawn = (_id(f"{first}/{place}") if place else first for place in count())
    return mock.patch.object(uuidutils, "generate_uuid", side_effect=drawn)


def _delete_a_network() -> None:
    """Be a server that has done so before.

    At the first time Neutron makes its plugin of segments (`neutron/services/segments/db.py:400`), which from then on
    listens to what becomes of ports: a request that makes one sends nine statements more.
    """
    lost = _id("network-lost")
    _make(lost, "networks", name="lost")
    delete("networks", lost)


def _first_revisions() -> None:
    context = get_admin_context()
    with db_api.CONTEXT_WRITER.using(context):
        context.session.query(StandardAttribute).update({StandardAttribute.revision_number: 1})
