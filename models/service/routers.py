"""Routers with interfaces, routes and a gateway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from ipaddress import ip_network
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from models.errors import GatewayExists, InvalidInput, PortInUse, RouterInterfaceNotFound, RouterInUse
from models.revisions import bump
from models.service import ports, rows
from models.service.addresses import allocate, parse_address
from models.service.subnets import parse
from models.tables import FloatingIP, IPAllocation, Port, PortForwarding, Router, RouterPort, RouterRoute, Subnet

CHANGEABLE = frozenset({"name", "description"})


def view(router: Router) -> dict[str, Any]:
    """A router as users see it."""
    return rows.view(
        router,
        gateway=router.gw_port_id,
        interfaces=sorted(each.port_id for each in router.attached_ports),
        routes=sorted((each.destination, each.nexthop) for each in router.routes),
    )


@cache
def whole() -> tuple[ORMOption, ...]:
    """What `view` shows."""
    return (joinedload(Router.attached_ports), joinedload(Router.routes))


def create(session: Session, name: str) -> dict[str, Any]:
    """Add a router that leads nowhere."""
    router = Router.new(name=name, routes=[])
    session.add(router)
    session.flush()
    return view(router)


def read(session: Session, router_id: str) -> dict[str, Any]:
    """A router. Raises RouterNotFound."""
    return view(rows.load(session, Router, router_id, *whole()))


def read_all(session: Session) -> list[dict[str, Any]]:
    """All routers."""
    return [view(router) for router in rows.load_all(session, Router, *whole())]


def update(session: Session, router_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a router. Raises RouterNotFound, InvalidInput."""
    router = rows.load(session, Router, router_id, *whole())
    rows.change(router, changes, CHANGEABLE)
    session.flush()
    return view(router)


def delete(session: Session, router_id: str) -> None:
    """Remove a router without interfaces, and its gateway. Raises RouterNotFound, RouterInUse."""
    rows.lock(session, Router, router_id, delete=True)  # before the check: a new interface waits
    router = rows.load(session, Router, router_id, *whole())
    if router.attached_ports:
        raise RouterInUse(f"router {router_id} has interfaces")
    _require_unused(session, router_id)
    # Upstream has this guard, and no lock: an interface that sneaks in raises the revision, and the compare-and-swap
    # meets that before a row is deleted, and with it, by PostgreSQL's cascade, the interface's.
    bump(session, router)
    session.flush()
    session.delete(router)
    session.flush()
    if router.gw_port_id is not None:
        ports.discard(session, router.gw_port_id)


def add_interface(session: Session, router_id: str, port_id: str) -> dict[str, Any]:
    """Make a port an interface of a router.

    Raises:
        RouterNotFound, PortNotFound, PortInUse, InvalidInput: as their names say.
    """
    port = ports.lock_whole(session, port_id)
    rows.lock(session, Router, router_id)
    router = rows.load(session, Router, router_id, *whole())
    check_interface(session, router_id, port)
    return put_interface(session, router, port)


def check_interface(session: Session, router_id: str, port: Port) -> None:
    """See that a port may become an interface of a router. Raises PortInUse, InvalidInput."""
    ports.require_free(port)
    if port.device_id:
        raise PortInUse(f"port {port.id} is {port.device_id}'s")
    _check_apart(session, router_id, [each.subnet_id for each in port.allocations])


def put_interface(session: Session, router: Router, port: Port) -> dict[str, Any]:
    """Make a port an interface of a router, whatever it is."""
    # The interface first: of two routers, one meets the unique constraint before the port is called its own.
    session.add(RouterPort(router=router, port_id=port.id))
    session.flush()
    port.device_owner, port.device_id = "network:router_interface", router.id
    session.flush()
    session.refresh(router, ["attached_ports"])
    return view(router)


def remove_interface(session: Session, router_id: str, port_id: str) -> dict[str, Any]:
    """Take an interface from a router; the port stays.

    Raises:
        RouterNotFound, RouterInterfaceNotFound, RouterInUse: as their names say.
    """
    port = ports.lock_whole(session, port_id)
    rows.lock(session, Router, router_id)
    router = rows.load(session, Router, router_id, *whole())
    interface = next((each for each in router.attached_ports if each.port_id == port_id), None)
    if interface is None:
        raise RouterInterfaceNotFound(f"router {router_id} has no interface {port_id}")
    _require_unused(session, router_id, [each.subnet_id for each in port.allocations])
    _check_routes([(each.destination, each.nexthop) for each in router.routes], _reached(session, router_id, port_id))
    session.delete(interface)
    port.device_owner = port.device_id = ""
    session.flush()
    session.refresh(router, ["attached_ports"])
    return view(router)


def set_routes(session: Session, router_id: str, routes: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Let a router have these (destination, next hop) and no others. Raises RouterNotFound, InvalidInput."""
    wanted = {(str(parse(destination)), str(parse_address(nexthop))) for destination, nexthop in routes}
    # Before the difference to what there is is taken: of two lists, upstream leaves the union.
    rows.lock(session, Router, router_id)
    router = rows.load(session, Router, router_id, *whole())
    if wanted:
        _check_routes(wanted, _reached(session, router_id))
    known = {(each.destination, each.nexthop): each for each in router.routes}
    router.routes = [
        known.get(route) or RouterRoute(destination=route[0], nexthop=route[1]) for route in sorted(wanted)
    ]
    session.flush()
    return view(router)


def set_gateway(session: Session, router_id: str, subnet_id: str) -> dict[str, Any]:
    """Let a router lead out through an address of a subnet, by a port of its own.

    Raises:
        RouterNotFound, SubnetNotFound, GatewayExists, AddressExhausted: as their names say.
    """
    # Before the check: upstream makes the port first, in a transaction of its own, and enters it after. Of two, the
    # second overwrites the first's, whose port and address are nobody's then.
    rows.lock(session, Router, router_id)
    router = rows.load(session, Router, router_id, *whole())
    if router.gw_port_id is not None:
        raise GatewayExists(f"router {router_id} has a gateway")
    allocation = allocate(session, None, subnet_id)
    mac_address = ports.derived_mac(router_id)
    port = ports.new(
        allocation.network_id, mac_address, [allocation], device_owner="network:router_gateway", device_id=router_id
    )
    router.gw_port = port
    session.flush()
    return view(router)


def clear_gateway(session: Session, router_id: str) -> dict[str, Any]:
    """Let a router lead out no more. Raises RouterNotFound, RouterInUse."""
    rows.lock(session, Router, router_id)
    router = rows.load(session, Router, router_id, *whole())
    if router.gw_port_id is None:
        return view(router)
    _require_unused(session, router_id)
    port_id, router.gw_port_id = router.gw_port_id, None
    session.flush()
    ports.discard(session, port_id)
    return view(router)


def _require_unused(session: Session, router_id: str, subnets: Sequence[str] = ()) -> None:
    """See that no floating IP goes through a router, to these subnets if any are named.

    The router is to be locked: a floating IP that comes to go through it touches it.
    """
    through = FloatingIP.router_id == router_id
    used = exists().where(through)
    if subnets:
        of_subnets = IPAllocation.subnet_id.in_(subnets)
        whole_address = IPAllocation.port_id == FloatingIP.fixed_port_id
        port_by_port = exists().where(
            PortForwarding.floatingip_id == FloatingIP.id, PortForwarding.internal_port_id == IPAllocation.port_id
        )
        used = exists().where(through, of_subnets, or_(whole_address, port_by_port))
    if session.scalar(select(used)):
        raise RouterInUse(f"floating IPs go through router {router_id}")


def _reached(session: Session, router_id: str, without: str | None = None) -> Sequence[str]:
    """What a router's interfaces reach directly."""
    reached = (
        select(Subnet.cidr)
        .join(IPAllocation, IPAllocation.subnet_id == Subnet.id)
        .join(RouterPort, RouterPort.port_id == IPAllocation.port_id)
        .where(RouterPort.router_id == router_id, RouterPort.port_id.is_distinct_from(without))
        .order_by(Subnet.id)
    )
    return session.scalars(reached).all()


def _check_apart(session: Session, router_id: str, subnets: Sequence[str]) -> None:
    """See that a router reaches no address in two ways. Raises InvalidInput."""
    if not subnets:
        raise InvalidInput("a port without an address is no interface")
    added = session.scalars(select(Subnet.cidr).where(Subnet.id.in_(subnets)).order_by(Subnet.id)).all()
    for cidr in _reached(session, router_id):
        if any(ip_network(cidr).overlaps(ip_network(each)) for each in added):
            raise InvalidInput(f"router {router_id} has an interface to {cidr}")


def _check_routes(routes: Iterable[tuple[str, str]], reached: Sequence[str]) -> None:
    """See that all next hops are within reach. Raises RouterInUse."""
    for destination, nexthop in routes:
        if not any(parse_address(nexthop) in ip_network(cidr) for cidr in reached):
            raise RouterInUse(f"the route to {destination} by {nexthop} needs an interface there")
