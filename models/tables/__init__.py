"""The tables: one file a family of resources.

Collections are ordered: rows come as PostgreSQL finds them otherwise, and no two runs need be alike.
"""

from models.tables.base import Base
from models.tables.floatingips import FloatingIP, PortForwarding
from models.tables.networks import IPAllocationPool, Network, NetworkRBAC, Subnet
from models.tables.ports import AllowedAddressPair, IPAllocation, Port, PortBinding
from models.tables.qos import (
    QosBandwidthRule,
    QosDirectedRule,
    QosDscpRule,
    QosMinimumRule,
    QosNetworkBinding,
    QosPolicy,
    QosPortBinding,
    QosRule,
)
from models.tables.quotas import Quota, QuotaUsage, Reservation, ResourceDelta
from models.tables.routers import Router, RouterPort, RouterRoute
from models.tables.securitygroups import (
    AddressAssociation,
    AddressGroup,
    DefaultSecurityGroup,
    SecurityGroup,
    SecurityGroupPortBinding,
    SecurityGroupRule,
)
from models.tables.standard import Resource, StandardAttribute, Tag
from models.tables.subnetpools import SubnetPool, SubnetPoolPrefix
from models.tables.trunks import SubPort, Trunk

__all__ = [
    "AddressAssociation",
    "AddressGroup",
    "AllowedAddressPair",
    "Base",
    "DefaultSecurityGroup",
    "FloatingIP",
    "IPAllocation",
    "IPAllocationPool",
    "Network",
    "NetworkRBAC",
    "Port",
    "PortBinding",
    "PortForwarding",
    "QosBandwidthRule",
    "QosDirectedRule",
    "QosDscpRule",
    "QosMinimumRule",
    "QosNetworkBinding",
    "QosPolicy",
    "QosPortBinding",
    "QosRule",
    "Quota",
    "QuotaUsage",
    "Reservation",
    "Resource",
    "ResourceDelta",
    "Router",
    "RouterPort",
    "RouterRoute",
    "SecurityGroup",
    "SecurityGroupPortBinding",
    "SecurityGroupRule",
    "StandardAttribute",
    "SubPort",
    "Subnet",
    "SubnetPool",
    "SubnetPoolPrefix",
    "Tag",
    "Trunk",
]
