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


class AddressNotFound(NotFound):
    """The port has no such address."""


class BindingNotFound(NotFound):
    """The port is not bound to that host."""


class RouterNotFound(NotFound):
    """There is no such router."""


class RouterInterfaceNotFound(NotFound):
    """The port is no interface of the router."""


class GatewayNotFound(NotFound):
    """No router leads from the port to the floating IP's network."""


class FloatingIPNotFound(NotFound):
    """There is no such floating IP."""


class PortForwardingNotFound(NotFound):
    """There is no such port forwarding."""


class RBACEntryNotFound(NotFound):
    """There is no such entry."""


class AddressGroupNotFound(NotFound):
    """There is no such address group."""


class AddressAssociationNotFound(NotFound):
    """The address group has no such range of addresses."""


class QosPolicyNotFound(NotFound):
    """There is no such QoS policy."""


class QosRuleNotFound(NotFound):
    """There is no such rule of that kind."""


class ReservationNotFound(NotFound):
    """There is no such reservation."""


class SubnetPoolNotFound(NotFound):
    """There is no such subnet pool."""


class PrefixNotFound(NotFound):
    """The subnet pool has no such prefix."""


class TrunkNotFound(NotFound):
    """There is no such trunk."""


class SubPortNotFound(NotFound):
    """The trunk does not carry the port."""


class TagNotFound(NotFound):
    """The resource has no such tag."""


class InUse(ServiceError):
    """Others hold on to what was to be deleted."""


class NetworkInUse(InUse):
    """The network has subnets or ports."""


class SubnetInUse(InUse):
    """Ports have addresses on the subnet."""


class PortInUse(InUse):
    """The port is part of a router, a floating IP or a trunk."""


class RouterInUse(InUse):
    """Interfaces, routes or floating IPs hold on to the router, or to its interface."""


class FloatingIPInUse(InUse):
    """The floating IP stands for something else."""


class AddressGroupInUse(InUse):
    """Rules name the address group."""


class QosPolicyInUse(InUse):
    """Ports or networks are bound to the QoS policy."""


class SubnetPoolInUse(InUse):
    """Subnets are cut from the subnet pool."""


class PrefixInUse(InUse):
    """Subnets are cut from the prefix."""


class FixedAddressInUse(InUse):
    """A floating IP stands for the address."""


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


class GatewayExists(Conflict):
    """The router has a gateway already."""


class PortForwardingExists(Conflict):
    """The port number is forwarded already."""


class RBACEntryExists(Conflict):
    """The network is shared with the project already."""


class AddressAssociationExists(Conflict):
    """The address group has the range of addresses already."""


class QosRuleExists(Conflict):
    """The QoS policy has a rule of that kind, and direction, already."""


class SegmentationIdInUse(Conflict):
    """The trunk carries another port by that id."""


class BindingExists(Conflict):
    """The port is bound to the host already."""


class RuleExists(Conflict):
    """The security group has the same rule already."""


class AddressExhausted(ServiceError):
    """The subnet has no free address."""


class PoolExhausted(ServiceError):
    """Nothing of the subnet pool is free."""


class OverQuota(ServiceError):
    """The project would have more than it may."""


class RevisionMismatch(ServiceError):
    """The resource is not at the revision that the caller expected (If-Match)."""


class InvalidInput(ServiceError):
    """The arguments make no sense together."""
