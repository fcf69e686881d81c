"""OpenStack Neutron 29.0.0: networks, ports, security groups, routers, floating IPs, QoS, revisions and tags."""

# Neutron is in the environment that the target runs in, and nowhere else.
# pyright: reportMissingImports=false, reportMissingModuleSource=false

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from neutron_lib.plugins import constants

from fuzz import Target, operation
from tests.wild.neutron_server.process import METADATA, revises, use
from tests.wild.neutron_server.requests import REFUSALS, act, create, delete, update
from tests.wild.neutron_server.rows import (
    FLOATING_IPS,
    GROUP_RULE,
    GROUPS,
    NETWORKS,
    OUTER_NETWORK,
    POLICIES,
    POLICY_RULE,
    PORTS,
    ROUTERS,
    SUBNET,
    SUBNETS,
    TAG,
    TAGGED,
    sow,
)

NAMES = st.sampled_from(["first", "second"])
FIRST = 1
"""Every revision number at first; what If-Match asks for."""
TAGS = st.sampled_from([TAG, "blue"])


def _none_or(values: tuple[str, ...]) -> SearchStrategy[str | None]:
    return st.sampled_from([None, *values])


def _routes_by(nexthop: str | None) -> list[dict[str, str]]:
    return [] if nexthop is None else [{"destination": "10.8.0.0/24", "nexthop": nexthop}]


class Neutron(Target):
    """What users of the API change: each request has a context of its own, as in a server's thread."""

    metadata = METADATA
    expected = REFUSALS
    revision = "revision_number"
    revises = revises()
    ignore = ("standardattributes.updated_at",)  # it changes with the revision number, and says when

    def open(self, url: str) -> None:
        use(url)

    def seed(self, app: None) -> None:
        sow()

    @operation(name=NAMES)
    def create_network(self, name: str) -> Any:
        return create("networks", name=name)

    @operation(network=st.sampled_from(NETWORKS), name=NAMES)
    def update_network(self, network: str, name: str) -> Any:
        return update("networks", network, name=name)

    @operation(network=st.sampled_from(NETWORKS))
    def delete_network(self, network: str) -> None:
        delete("networks", network)

    @operation(network=st.sampled_from(NETWORKS), cidr=st.sampled_from(["10.9.0.0/28", "10.9.0.0/24"]))
    def create_subnet(self, network: str, cidr: str) -> Any:
        return create("subnets", network_id=network, ip_version=4, cidr=cidr)

    @operation(subnet=st.sampled_from(SUBNETS), servers=st.sampled_from([["1.1.1.1"], ["2.2.2.2"]]))
    def update_subnet(self, subnet: str, servers: list[str]) -> Any:
        return update("subnets", subnet, dns_nameservers=servers)

    @operation(subnet=st.sampled_from(SUBNETS))
    def delete_subnet(self, subnet: str) -> None:
        delete("subnets", subnet)

    @operation(network=st.sampled_from(NETWORKS), address=_none_or(("10.0.0.9",)))
    def create_port(self, network: str, address: str | None) -> Any:
        fixed: dict[str, Any] = {} if address is None else {"fixed_ips": [{"ip_address": address}]}
        return create("ports", network_id=network, **fixed)

    @operation(port=st.sampled_from(PORTS), name=NAMES)
    def update_port(self, port: str, name: str) -> Any:
        return update("ports", port, name=name)

    @operation(port=st.sampled_from(PORTS), name=NAMES)
    def update_port_if_match(self, port: str, name: str) -> Any:
        return update("ports", port, if_match=FIRST, name=name)

    @operation(port=st.sampled_from(PORTS), subnet=st.sampled_from(SUBNETS))
    def move_port(self, port: str, subnet: str) -> Any:
        return update("ports", port, fixed_ips=[{"subnet_id": subnet}])

    @operation(port=st.sampled_from(PORTS), groups=st.sampled_from([[], *([group] for group in GROUPS)]))
    def set_port_groups(self, port: str, groups: list[str]) -> Any:
        return update("ports", port, security_groups=groups)

    @operation(port=st.sampled_from(PORTS))
    def delete_port(self, port: str) -> None:
        delete("ports", port)

    @operation(port=st.sampled_from(PORTS))
    def delete_port_if_match(self, port: str) -> None:
        delete("ports", port, if_match=FIRST)

    @operation(name=NAMES)
    def create_security_group(self, name: str) -> Any:
        return create("security-groups", name=name)

    @operation(group=st.sampled_from(GROUPS), name=NAMES)
    def update_security_group(self, group: str, name: str) -> Any:
        return update("security-groups", group, name=name)

    @operation(group=st.sampled_from(GROUPS))
    def delete_security_group(self, group: str) -> None:
        delete("security-groups", group)

    @operation(group=st.sampled_from(GROUPS), remote=_none_or(GROUPS))
    def create_security_group_rule(self, group: str, remote: str | None) -> Any:
        return create(
            "security-group-rules", security_group_id=group, direction="ingress", protocol="udp", remote_group_id=remote
        )

    @operation
    def delete_security_group_rule(self) -> None:
        delete("security-group-rules", GROUP_RULE)

    @operation(name=NAMES)
    def create_router(self, name: str) -> Any:
        return create("routers", name=name)

    @operation(router=st.sampled_from(ROUTERS), name=NAMES)
    def update_router(self, router: str, name: str) -> Any:
        return update("routers", router, name=name)

    @operation(router=st.sampled_from(ROUTERS), network=_none_or((OUTER_NETWORK,)))
    def set_gateway(self, router: str, network: str | None) -> Any:
        return update("routers", router, external_gateway_info=network and {"network_id": network})

    @operation(router=st.sampled_from(ROUTERS), nexthop=_none_or(("10.0.0.9", "10.0.0.10")))
    def set_routes(self, router: str, nexthop: str | None) -> Any:
        return update("routers", router, routes=_routes_by(nexthop))

    @operation(router=st.sampled_from(ROUTERS))
    def delete_router(self, router: str) -> None:
        delete("routers", router)

    @operation(router=st.sampled_from(ROUTERS), subnet=st.sampled_from(SUBNETS))
    def add_router_interface(self, router: str, subnet: str) -> Any:
        return act(constants.L3, "add_router_interface", router, {"subnet_id": subnet})

    @operation(router=st.sampled_from(ROUTERS))
    def remove_router_interface(self, router: str) -> Any:
        return act(constants.L3, "remove_router_interface", router, {"subnet_id": SUBNET})

    @operation(port=_none_or(PORTS))
    def create_floatingip(self, port: str | None) -> Any:
        return create("floatingips", floating_network_id=OUTER_NETWORK, port_id=port)

    @operation(floating_ip=st.sampled_from(FLOATING_IPS), port=_none_or(PORTS))
    def update_floatingip(self, floating_ip: str, port: str | None) -> Any:
        return update("floatingips", floating_ip, port_id=port)

    @operation(floating_ip=st.sampled_from(FLOATING_IPS))
    def delete_floatingip(self, floating_ip: str) -> None:
        delete("floatingips", floating_ip)

    @operation(name=NAMES)
    def create_policy(self, name: str) -> Any:
        return create("policies", name=name)

    @operation(policy=st.sampled_from(POLICIES), name=NAMES)
    def update_policy(self, policy: str, name: str) -> Any:
        return update("policies", policy, name=name)

    @operation(policy=st.sampled_from(POLICIES))
    def delete_policy(self, policy: str) -> None:
        delete("policies", policy)

    @operation(policy=st.sampled_from(POLICIES), mark=st.sampled_from([8, 16]))
    def create_policy_rule(self, policy: str, mark: int) -> Any:
        return create("policy/dscp_marking_rules", policy, dscp_mark=mark)

    @operation(kbps=st.sampled_from([2000, 3000]))
    def update_policy_rule(self, kbps: int) -> Any:
        return update("policy/bandwidth_limit_rules", POLICY_RULE, POLICIES[0], max_kbps=kbps)

    @operation
    def delete_policy_rule(self) -> None:
        delete("policy/bandwidth_limit_rules", POLICY_RULE, POLICIES[0])

    @operation(port=st.sampled_from(PORTS), policy=_none_or(POLICIES))
    def set_port_policy(self, port: str, policy: str | None) -> Any:
        return update("ports", port, qos_policy_id=policy)

    @operation(network=st.sampled_from(NETWORKS), policy=_none_or(POLICIES))
    def set_network_policy(self, network: str, policy: str | None) -> Any:
        return update("networks", network, qos_policy_id=policy)

    @operation(what=st.sampled_from(TAGGED), tag=TAGS)
    def add_tag(self, what: tuple[str, str], tag: str) -> Any:
        return act("TAG", "update_tag", *what, tag)

    @operation(what=st.sampled_from(TAGGED), tag=TAGS)
    def set_tags(self, what: tuple[str, str], tag: str) -> Any:
        return act("TAG", "update_tags", *what, {"tags": [tag]})

    @operation(what=st.sampled_from(TAGGED), tag=TAGS)
    def delete_tag(self, what: tuple[str, str], tag: str) -> Any:
        return act("TAG", "delete_tag", *what, tag)
