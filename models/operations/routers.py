"""Routers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.operations.ports import PORT
from models.operations.shared import CHANGES, EXPECTED, NAME, _Operations
from models.service import routers

ROUTER = st.sampled_from(seed.ROUTERS)
CONNECTED = st.sampled_from([*seed.ROUTERS, seed.SPARE_ROUTER])
INTERFACE = st.sampled_from([seed.INTERFACE, *seed.PORTS])
ROUTES = st.sampled_from([[["10.2.0.0/24", "10.0.0.6"]], [["10.3.0.0/24", "10.0.0.6"]]])


class _Routers(_Operations):
    """What is done with routers."""

    @operation(name=NAME)
    def create_router(self, session: Session, name: str) -> dict[str, Any]:
        """Add a router."""
        return self.transactions.run(session, lambda s: routers.create(s, name))

    @operation(router=ROUTER)
    def read_router(self, session: Session, router: str) -> dict[str, Any]:
        """A router with its interfaces and routes."""
        return self.transactions.run(session, lambda s: routers.read(s, router))

    @operation
    def list_routers(self, session: Session) -> list[dict[str, Any]]:
        """All routers."""
        return self.transactions.run(session, routers.read_all)

    @operation(router=ROUTER, changes=CHANGES, expected=EXPECTED)
    def update_router(
        self, session: Session, router: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a router."""
        return self._update(session, tables.Router, router, expected, lambda s: routers.update(s, router, changes))

    @operation(router=ROUTER, expected=EXPECTED)
    def delete_router(self, session: Session, router: str, expected: int | None) -> None:
        """Remove a router."""
        self._delete(session, tables.Router, router, expected, lambda s: routers.delete(s, router))

    @operation(router=CONNECTED, port=PORT)
    def add_router_interface(self, session: Session, router: str, port: str) -> dict[str, Any]:
        """Make a port an interface of a router."""
        return self.transactions.run(session, lambda s: routers.add_interface(s, router, port))

    @operation(router=ROUTER, port=INTERFACE)
    def remove_router_interface(self, session: Session, router: str, port: str) -> dict[str, Any]:
        """Take an interface from a router."""
        return self.transactions.run(session, lambda s: routers.remove_interface(s, router, port))

    @operation(router=ROUTER, routes=ROUTES, expected=EXPECTED)
    def set_routes(
        self, session: Session, router: str, routes: Sequence[Sequence[str]], expected: int | None = None
    ) -> dict[str, Any]:
        """Say where a router sends what."""
        return self._update(session, tables.Router, router, expected, lambda s: routers.set_routes(s, router, routes))

    @operation(router=ROUTER, expected=EXPECTED)
    def clear_routes(self, session: Session, router: str, expected: int | None = None) -> dict[str, Any]:
        """Take all routes from a router."""
        return self._update(session, tables.Router, router, expected, lambda s: routers.set_routes(s, router, []))

    @operation(router=ROUTER, subnet=st.sampled_from([seed.OUTER_SUBNET, seed.FREE_SUBNET]), expected=EXPECTED)
    def set_gateway(self, session: Session, router: str, subnet: str, expected: int | None = None) -> dict[str, Any]:
        """Let a router lead out through a subnet."""
        return self._update(session, tables.Router, router, expected, lambda s: routers.set_gateway(s, router, subnet))

    @operation(router=ROUTER, expected=EXPECTED)
    def clear_gateway(self, session: Session, router: str, expected: int | None = None) -> dict[str, Any]:
        """Let a router lead out no more."""
        return self._update(session, tables.Router, router, expected, lambda s: routers.clear_gateway(s, router))
