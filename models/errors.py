"""What a service operation may answer instead of a result. All of it is graceful: nothing has been written."""

from __future__ import annotations


class ServiceError(Exception):
    """An operation was refused."""


class NotFound(ServiceError):
    """There is no such resource (any more)."""


class NetworkNotFound(NotFound):
    """There is no such network."""


class SubnetNotFound(NotFound):
    """There is no such subnet."""


class PortNotFound(NotFound):
    """There is no such port."""


class SecurityGroupNotFound(NotFound):
    """There is no such security group."""


class SecurityGroupRuleNotFound(NotFound):
    """There is no such rule."""


class InUse(ServiceError):
    """Others hold on to what was to be deleted."""


class NetworkInUse(InUse):
    """The network has subnets or ports."""


class SubnetInUse(InUse):
    """Ports have addresses on the subnet."""


class SecurityGroupInUse(InUse):
    """Ports are bound to the security group."""


class Conflict(ServiceError):
    """Something else is already there."""


class MacAddressInUse(Conflict):
    """Another port of the network has the MAC address."""


class OverlappingCidr(Conflict):
    """Another subnet of the network covers some of the addresses."""


class AddressInUse(Conflict):
    """The address is taken on the subnet."""


class RuleExists(Conflict):
    """The security group has the same rule already."""


class AddressExhausted(ServiceError):
    """The subnet has no free address."""


class RevisionMismatch(ServiceError):
    """The resource is not at the revision that the caller expected (If-Match)."""


class InvalidInput(ServiceError):
    """The arguments make no sense together."""
