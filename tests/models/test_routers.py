from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Network, errors, seed
from models.service import rows

target = Network()

ROUTE = ["10.2.0.0/24", "10.0.0.6"]


def test_a_created_router_leads_nowhere(session: Session) -> None:
    created = target.create_router(session, "a")
    assert (created["gateway"], created["interfaces"], created["routes"]) == (None, [], [])
    assert target.read_router(session, created["id"]) == created
    assert len(target.list_routers(session)) == 4


def test_a_port_becomes_an_interface_and_is_given_back(session: Session) -> None:
    added = target.add_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
    assert (added["interfaces"], added["revision_number"]) == ([seed.PORT], 1)
    assert target.read_port(session, seed.PORT)["device_id"] == seed.OTHER_ROUTER
    removed = target.remove_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
    assert (removed["interfaces"], removed["revision_number"]) == ([], 2)
    port = target.read_port(session, seed.PORT)
    assert (port["device_id"], port["device_owner"], port["revision_number"]) == ("", "", 2)


def test_a_port_is_an_interface_of_one_router(session: Session) -> None:
    with pytest.raises(errors.PortInUse):
        target.add_router_interface(session, seed.OTHER_ROUTER, seed.INTERFACE)


def test_a_virtual_machines_port_is_no_interface(session: Session) -> None:
    target.update_port(session, seed.PORT, {"device_id": "vm"}, None)
    with pytest.raises(errors.PortInUse):
        target.add_router_interface(session, seed.OTHER_ROUTER, seed.PORT)


def test_a_router_reaches_no_address_in_two_ways(session: Session) -> None:
    with pytest.raises(errors.InvalidInput):
        target.add_router_interface(session, seed.ROUTER, seed.PORT)


def test_an_interfaces_address_stays(session: Session) -> None:
    with pytest.raises(errors.PortInUse):
        target.move_port(session, seed.INTERFACE, seed.FREE_SUBNET, None, None)


def test_a_router_in_use_is_not_deleted(session: Session) -> None:
    with pytest.raises(errors.RouterInUse):
        target.delete_router(session, seed.ROUTER, None)


def test_a_deleted_router_is_not_found_and_takes_its_gateway_along(session: Session) -> None:
    gateway = target.set_gateway(session, seed.OTHER_ROUTER, seed.OUTER_SUBNET)["gateway"]
    target.delete_router(session, seed.OTHER_ROUTER, None)
    with pytest.raises(errors.RouterNotFound):
        target.read_router(session, seed.OTHER_ROUTER)
    with pytest.raises(errors.PortNotFound):
        target.read_port(session, gateway)


def test_an_interface_that_sneaks_in_past_the_lock_is_met_before_anything_is_deleted(
    session: Session, other: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "lock", lambda *_, **__: None)
    sent: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda _1, _2, sql, *_: sent.append(sql))
    event.listen(session, "after_rollback", lambda _: sent.append("ROLLBACK"))

    def sneak_in(*_: Any) -> None:
        target.add_router_interface(other, seed.OTHER_ROUTER, seed.PORT)

    event.listen(session, "before_flush", sneak_in, once=True)
    with pytest.raises(errors.RouterInUse):
        target.delete_router(session, seed.OTHER_ROUTER, None)
    assert "ROLLBACK" in sent
    assert [sql for sql in sent if sql.startswith("DELETE")] == []
    assert target.read_router(session, seed.OTHER_ROUTER)["interfaces"] == [seed.PORT]


def test_a_router_has_one_gateway_until_it_is_cleared(session: Session) -> None:
    changed = target.set_gateway(session, seed.OTHER_ROUTER, seed.OUTER_SUBNET)
    assert target.read_port(session, changed["gateway"])["fixed_ips"] == [(seed.OUTER_SUBNET, "172.24.0.6")]
    with pytest.raises(errors.GatewayExists):
        target.set_gateway(session, seed.OTHER_ROUTER, seed.OUTER_SUBNET)
    cleared = target.clear_gateway(session, seed.OTHER_ROUTER)
    assert (cleared["gateway"], cleared["revision_number"]) == (None, 2)
    assert target.clear_gateway(session, seed.OTHER_ROUTER) == cleared


def test_a_gateway_that_floating_ips_go_through_stays(session: Session) -> None:
    with pytest.raises(errors.RouterInUse):
        target.clear_gateway(session, seed.ROUTER)
    with pytest.raises(errors.RouterInUse):
        target.remove_router_interface(session, seed.ROUTER, seed.INTERFACE)


def test_routes_are_set_all_at_a_time_and_cleared(session: Session) -> None:
    assert target.set_routes(session, seed.ROUTER, [ROUTE])["routes"] == [tuple(ROUTE)]
    changed = target.set_routes(session, seed.ROUTER, [["10.3.0.0/24", "10.0.0.6"]])
    assert (changed["routes"], changed["revision_number"]) == ([("10.3.0.0/24", "10.0.0.6")], 2)
    assert target.clear_routes(session, seed.ROUTER)["routes"] == []


def test_a_route_leads_to_a_neighbour(session: Session) -> None:
    with pytest.raises(errors.RouterInUse):
        target.set_routes(session, seed.OTHER_ROUTER, [ROUTE])


def test_an_interface_that_a_route_needs_stays(session: Session) -> None:
    target.add_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
    target.set_routes(session, seed.OTHER_ROUTER, [ROUTE])
    with pytest.raises(errors.RouterInUse):
        target.remove_router_interface(session, seed.OTHER_ROUTER, seed.PORT)
