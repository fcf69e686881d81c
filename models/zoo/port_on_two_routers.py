"""LP1535551: one port is an interface of two routers.

The interleaving: A finds that a port is nobody's, B makes it an interface of one router and commits, A makes it one of
another.

What differs: there is no unique constraint on the port of an interface, and the port is locked when it has been looked
at already, and read anew. Correct code locks first, and would meet the constraint if it did not.

Seen by `serial`: both calls succeed, where the second is refused in either order. Under READ COMMITTED only: above it,
PostgreSQL refuses A's lock.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.ports import PORT
from models.operations.routers import CONNECTED
from models.service import ports, routers, rows
from models.zoo.animal import Animal, call, preempted


class PortOnTwoRouters(Network):
    """Service operations, one of which locks after its check, without a constraint behind it."""

    def create(self, engine: Engine) -> None:
        """Make the schema, less the constraint."""
        super().create(engine)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE routerports DROP CONSTRAINT routerports_port_id_key"))

    @operation(router=CONNECTED, port=PORT)
    def add_router_interface(self, session: Session, router: str, port: str) -> dict[str, Any]:
        """Make a port an interface of a router."""
        return self.transactions.run(session, lambda s: _add(s, router, port))


def _add(session: Session, router_id: str, port_id: str) -> dict[str, Any]:
    rows.lock(session, tables.Router, router_id)
    routers.check_interface(session, router_id, rows.load(session, tables.Port, port_id, *ports.whole()))
    session.expire_all()  # else the version of the port that was looked at would tell
    port = ports.lock_whole(session, port_id)
    return routers.put_interface(session, rows.load(session, tables.Router, router_id, *routers.whole()), port)


ANIMAL = Animal(
    PortOnTwoRouters,
    bugs=("LP1535551",),
    kinds=("lost-update", "write-skew", "phantom"),
    least=(
        preempted(
            [call("add_router_interface", router=seed.OTHER_ROUTER, port=seed.PORT)],
            2,
            [call("add_router_interface", router=seed.SPARE_ROUTER, port=seed.PORT)],
        ),
    ),
)
