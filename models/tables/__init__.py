"""The tables: one file a family of resources.

Collections are ordered: rows come as PostgreSQL finds them otherwise, and no two runs need be alike.
"""

from models.tables.base import Base
from models.tables.networks import Network, Subnet
from models.tables.ports import IPAllocation, Port
from models.tables.securitygroups import SecurityGroup, SecurityGroupPortBinding, SecurityGroupRule
from models.tables.standard import Resource, StandardAttribute

__all__ = [
    "Base",
    "IPAllocation",
    "Network",
    "Port",
    "Resource",
    "SecurityGroup",
    "SecurityGroupPortBinding",
    "SecurityGroupRule",
    "StandardAttribute",
    "Subnet",
]
