"""The rows that every case starts from; all revisions are 0."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.tables import (
    AddressAssociation,
    AddressGroup,
    FloatingIP,
    IPAllocation,
    IPAllocationPool,
    Network,
    NetworkRBAC,
    Port,
    PortBinding,
    PortForwarding,
    QosBandwidthRule,
    QosDscpRule,
    QosNetworkBinding,
    QosPolicy,
    QosPortBinding,
    Quota,
    QuotaUsage,
    Reservation,
    ResourceDelta,
    Router,
    RouterPort,
    SecurityGroup,
    SecurityGroupPortBinding,
    SecurityGroupRule,
    Subnet,
    SubnetPool,
    SubnetPoolPrefix,
    SubPort,
    Tag,
    Trunk,
)

NETWORK, OTHER_NETWORK = NETWORKS = ("net-1", "net-2")
OUTER_NETWORK = "net-outer"
SUBNET, FREE_SUBNET = SUBNETS = ("subnet-1", "subnet-2")
"""Both of the first network. The second has one address to give, and it is free."""
OUTER_SUBNET = "subnet-outer"
PORT, OTHER_PORT = PORTS = ("port-1", "port-2")
"""Both of the first network, with an address on its first subnet each."""
SERVED_PORT = "port-6"
"""On the same network and subnet: floating IPs stand for it."""
INTERFACE, TRUNK_PORT, SUBPORT = OWNED_PORTS = ("port-3", "port-4", "port-5")
"""On the first network, too: the first router's interface, the trunk, and what it carries."""
GROUP, FREE_GROUP = GROUPS = ("group-1", "group-2")
"""The first port is bound to the first group."""
RULE, OTHER_RULE = RULES = ("rule-1", "rule-2")
"""One of each group; the second's names the first group as remote."""
ADDRESS_GROUP, EMPTY_ADDRESS_GROUP = ADDRESS_GROUPS = ("addresses-1", "addresses-2")
RBAC = "rbac-1"
"""The first network, shared with the first project."""
PROJECT, OTHER_PROJECT = PROJECTS = ("project-1", "project-2")
RESERVATION = "reservation-1"
"""One network of the two that the first project may have."""
ROUTER, OTHER_ROUTER = ROUTERS = ("router-1", "router-2")
"""The first has a gateway and an interface."""
SPARE_ROUTER = "router-3"
"""It has nothing either: a port may become an interface of the second router, or of this one."""
FREE_FLOATING_IP, FLOATING_IP, FORWARDING_IP = FLOATING_IPS = ("floating-1", "floating-2", "floating-3")
"""The second stands for the served port; a port number of the third does, too."""
FORWARDING = "forwarding-1"
POLICY, FREE_POLICY = POLICIES = ("policy-1", "policy-2")
"""The second port and the second network are bound to the first."""
QOS_RULE, DSCP_RULE = QOS_RULES = ("qos-rule-1", "qos-rule-2")
POOL, SMALL_POOL = POOLS = ("pool-1", "pool-2")
PREFIXES = ("10.8.0.0/24", "10.7.0.0/25")
"""One of each pool. Two subnets are in the first and one is cut; one is in the second."""
CUT_SUBNET = "subnet-cut"
TRUNK = "trunk-1"
TAG, OTHER_TAG = TAGS = ("red", "blue")
"""The first network has the first tag."""
HOST, OTHER_HOST = HOSTS = ("host-1", "host-2")
"""The first port is bound to the first host, the second to both: its binding to the second host is inactive yet."""

CIDR, FREE_CIDR = "10.0.0.0/29", "10.0.0.8/30"
OUTER_CIDR, CUT_CIDR = "172.24.0.0/28", "10.8.0.0/25"
# The ports have the first two.
MACS = ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02", "fa:16:3e:00:00:03", "fa:16:3e:00:00:04")
ADDRESSES = ("10.0.0.2", "10.0.0.3", "10.0.0.4")
SERVED_ADDRESS = "10.0.0.6"


def fill(session: Session) -> None:
    """Add the rows; the caller commits."""
    for family in (_networks, _security_groups, _ports, _routers, _floating_ips, _qos, _trunks, _pools_and_quotas):
        family(session)
        session.flush()


def _networks(session: Session) -> None:
    network, other, outer = (
        Network.new(id=each, name=name)
        for each, name in zip((*NETWORKS, OUTER_NETWORK), ("first", "second", "outer"), strict=True)
    )
    network.rbac_entries.append(NetworkRBAC(id=RBAC, target_project=PROJECT))
    network.standard_attr.tags.append(Tag(tag=TAG))
    session.add_all([network, other, outer])
    for subnet, of, cidr, first, last in (
        (SUBNET, network, CIDR, "10.0.0.2", "10.0.0.6"),
        (FREE_SUBNET, network, FREE_CIDR, "10.0.0.10", "10.0.0.10"),
        (OUTER_SUBNET, outer, OUTER_CIDR, "172.24.0.2", "172.24.0.14"),
        (CUT_SUBNET, outer, CUT_CIDR, "10.8.0.2", "10.8.0.126"),
    ):
        given = IPAllocationPool(id=f"{subnet}-pool", first_ip=first, last_ip=last)
        pool = POOL if subnet == CUT_SUBNET else None
        session.add(Subnet.new(id=subnet, network=of, cidr=cidr, allocation_pools=[given], subnetpool_id=pool))


def _security_groups(session: Session) -> None:
    group, free_group = (SecurityGroup.new(id=each, name=each) for each in GROUPS)
    session.add_all(
        [
            SecurityGroupRule.new(id=RULE, security_group=group, direction="ingress", protocol="tcp"),
            SecurityGroupRule.new(
                id=OTHER_RULE, security_group=free_group, direction="ingress", protocol="tcp", remote_group=group
            ),
            AddressGroup.new(id=ADDRESS_GROUP, addresses=[AddressAssociation(address="10.1.0.0/24")]),
            AddressGroup.new(id=EMPTY_ADDRESS_GROUP),
        ]
    )


def _ports(session: Session) -> None:
    for port, mac, address in zip(PORTS, MACS, ADDRESSES, strict=False):
        _port(session, port, mac, address)
    _port(session, SERVED_PORT, "fa:16:3f:00:00:08", SERVED_ADDRESS)
    session.flush()
    session.add(SecurityGroupPortBinding(port_id=PORT, security_group_id=GROUP))
    for port, host, status in (
        (PORT, HOST, "ACTIVE"),
        (OTHER_PORT, HOST, "ACTIVE"),
        (OTHER_PORT, OTHER_HOST, "INACTIVE"),
    ):
        session.add(PortBinding(port_id=port, host=host, status=status))


def _port(session: Session, port: str, mac: str, address: str | None = None, subnet: str = SUBNET, **rest: str) -> None:
    network = OUTER_NETWORK if subnet == OUTER_SUBNET else NETWORK
    held = [] if address is None else [IPAllocation(ip_address=address, subnet_id=subnet, network_id=network)]
    session.add(Port.new(id=port, name=port, network_id=network, mac_address=mac, allocations=held, **rest))


def _routers(session: Session) -> None:
    gateway = {"device_owner": "network:router_gateway", "device_id": ROUTER}
    _port(session, "port-gateway", "fa:16:3f:00:00:01", "172.24.0.2", OUTER_SUBNET, **gateway)
    interface = {"device_owner": "network:router_interface", "device_id": ROUTER}
    _port(session, INTERFACE, "fa:16:3f:00:00:02", "10.0.0.1", **interface)
    session.flush()
    session.add_all(
        [Router.new(id=ROUTER, gw_port_id="port-gateway"), Router.new(id=OTHER_ROUTER), Router.new(id=SPARE_ROUTER)]
    )
    session.flush()
    session.add(RouterPort(router_id=ROUTER, port_id=INTERFACE))


def _floating_ips(session: Session) -> None:
    for number, floating_ip in enumerate(FLOATING_IPS, start=3):
        outer = {"device_owner": "network:floatingip", "device_id": floating_ip}
        _port(session, f"port-{floating_ip}", f"fa:16:3f:00:00:0{number}", f"172.24.0.{number}", OUTER_SUBNET, **outer)
        session.flush()
        session.add(
            FloatingIP.new(
                id=floating_ip,
                floating_ip_address=f"172.24.0.{number}",
                floating_network_id=OUTER_NETWORK,
                floating_port_id=f"port-{floating_ip}",
                fixed_port_id=SERVED_PORT if floating_ip == FLOATING_IP else None,
                fixed_ip_address=SERVED_ADDRESS if floating_ip == FLOATING_IP else None,
                router_id=None if floating_ip == FREE_FLOATING_IP else ROUTER,
            )
        )
    session.flush()
    session.add(
        PortForwarding.new(
            id=FORWARDING,
            floatingip_id=FORWARDING_IP,
            internal_port_id=SERVED_PORT,
            internal_ip_address=SERVED_ADDRESS,
            internal_port=80,
            external_port=8080,
            protocol="tcp",
        )
    )


def _qos(session: Session) -> None:
    session.add_all(QosPolicy.new(id=each, name=each) for each in POLICIES)
    session.flush()
    session.add_all(
        [
            QosBandwidthRule(id=QOS_RULE, qos_policy_id=POLICY, value=1000),
            QosDscpRule(id=DSCP_RULE, qos_policy_id=FREE_POLICY, value=10),
            QosPortBinding(policy_id=POLICY, port_id=OTHER_PORT),
            QosNetworkBinding(policy_id=POLICY, network_id=OTHER_NETWORK),
        ]
    )


def _trunks(session: Session) -> None:
    _port(session, TRUNK_PORT, "fa:16:3f:00:00:06")
    _port(session, SUBPORT, "fa:16:3f:00:00:07")
    session.flush()
    session.add(Trunk.new(id=TRUNK, port_id=TRUNK_PORT, subports=[SubPort(port_id=SUBPORT, segmentation_id=1)]))


def _pools_and_quotas(session: Session) -> None:
    for pool, prefix in zip(POOLS, PREFIXES, strict=True):
        session.add(SubnetPool.new(id=pool, default_prefixlen=25, prefixes=[SubnetPoolPrefix(cidr=prefix)]))
    deltas = [ResourceDelta(resource="network", amount=1)]
    session.add_all(
        [
            Quota(id="quota-1", project_id=PROJECT, resource="network", limit=2),
            QuotaUsage(project_id=PROJECT, resource="network", in_use=0, reserved=1),
            Reservation(id=RESERVATION, project_id=PROJECT, deltas=deltas),
        ]
    )
