"""Service operations: each call has a session of its own, as a web request has."""

from __future__ import annotations

from typing import ClassVar

from models.errors import ServiceError
from models.operations.addressgroups import _AddressGroups
from models.operations.floatingips import _FloatingIPs
from models.operations.networks import _Networks
from models.operations.ports import _Ports
from models.operations.qos import _Qos
from models.operations.quotas import _Quotas
from models.operations.rbac import _RBAC
from models.operations.routers import _Routers
from models.operations.securitygroups import _SecurityGroups
from models.operations.subnetpools import _SubnetPools
from models.operations.subnets import _Subnets
from models.operations.tags import _Tags
from models.operations.trunks import _Trunks


class Network(
    _Networks,
    _RBAC,
    _Subnets,
    _SubnetPools,
    _Ports,
    _SecurityGroups,
    _AddressGroups,
    _Routers,
    _FloatingIPs,
    _Qos,
    _Trunks,
    _Quotas,
    _Tags,
):
    """Networks and all that is on them, as a service's users change them."""

    expected: ClassVar[tuple[type[Exception], ...]] = (ServiceError,)
