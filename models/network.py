"""Service operations: each call has a session of its own, as a web request has."""

from __future__ import annotations

from typing import ClassVar

from models.errors import ServiceError
from models.operations.networks import _Networks
from models.operations.ports import _Ports
from models.operations.securitygroups import _SecurityGroups
from models.operations.subnets import _Subnets


class Network(_Networks, _Subnets, _Ports, _SecurityGroups):
    """Networks, subnets, ports and security groups, as a service's users change them."""

    expected: ClassVar[tuple[type[Exception], ...]] = (ServiceError,)
