"""The rows that every case starts from; all revisions are 0."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.tables import (
    IPAllocation,
    Network,
    Port,
    SecurityGroup,
    SecurityGroupPortBinding,
    SecurityGroupRule,
    Subnet,
)

NETWORK, OTHER_NETWORK = NETWORKS = ("net-1", "net-2")
SUBNET, FREE_SUBNET = SUBNETS = ("subnet-1", "subnet-2")
"""Both of the first network. The second has one address to give, and it is free."""
PORT, OTHER_PORT = PORTS = ("port-1", "port-2")
"""Both of the first network, with an address on its first subnet each."""
GROUP, FREE_GROUP = GROUPS = ("group-1", "group-2")
"""The first port is bound to the first group."""
RULE, OTHER_RULE = RULES = ("rule-1", "rule-2")
"""One of each group; the second's names the first group as remote."""

CIDR, FREE_CIDR = "10.0.0.0/29", "10.0.0.8/30"
# The ports have the first two.
MACS = ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02", "fa:16:3e:00:00:03", "fa:16:3e:00:00:04")
ADDRESSES = ("10.0.0.2", "10.0.0.3", "10.0.0.4")


def fill(session: Session) -> None:
    """Add the rows; the caller commits."""
    network = Network.new(id=NETWORK, name="first")
    group, free_group = (SecurityGroup.new(id=each, name=each) for each in GROUPS)
    session.add_all([network, Network.new(id=OTHER_NETWORK, name="second"), group, free_group])
    session.flush()
    session.add_all(
        [
            Subnet.new(id=SUBNET, network=network, cidr=CIDR),
            Subnet.new(id=FREE_SUBNET, network=network, cidr=FREE_CIDR),
            SecurityGroupRule.new(id=RULE, security_group=group, direction="ingress", protocol="tcp"),
            SecurityGroupRule.new(
                id=OTHER_RULE,
                security_group=free_group,
                direction="ingress",
                protocol="tcp",
                remote_group_id=GROUP,
            ),
        ]
    )
    session.flush()
    for port_id, mac, address in zip(PORTS, MACS, ADDRESSES, strict=False):
        allocation = IPAllocation(ip_address=address, subnet_id=SUBNET, network_id=NETWORK)
        session.add(Port.new(id=port_id, name=port_id, network_id=NETWORK, mac_address=mac, allocations=[allocation]))
    session.flush()
    session.add(SecurityGroupPortBinding(port_id=PORT, security_group_id=GROUP))
