"""LP1599643: a port is read again after the commit, and nobody asks whether it is there.

The interleaving: A changes a port and commits, B deletes it and commits, A reads it to make its result.

What differs: the result of `update_port` is made of what a transaction of its own finds. Correct code makes it inside
the transaction that changes the port.

Seen by `errors`: an AttributeError of None leaves the operation, at any isolation level.

Least: 2 calls, 2 switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from fuzz import operation
from models import seed, tables
from models.network import Network
from models.operations.ports import PORT, PORT_CHANGES
from models.operations.shared import EXPECTED
from models.service import ports
from models.zoo.animal import Animal, call, preempted


class RereadAfterCommit(Network):
    """Service operations, one of which looks again after its commit."""

    @operation(port=PORT, changes=PORT_CHANGES, expected=EXPECTED)
    def update_port(
        self, session: Session, port: str, changes: Mapping[str, Any], expected: int | None
    ) -> dict[str, Any]:
        """Change a port."""
        super().update_port(session, port, changes, expected)
        changed: Any = session.get(tables.Port, port)
        return ports.view(changed)


ANIMAL = Animal(
    RereadAfterCommit,
    bugs=("LP1599643",),
    kinds=("vanished-row", "no-serial-order"),
    least=(
        preempted(
            [call("update_port", port=seed.PORT, changes={"name": "a"}, expected=None)],
            4,
            [call("delete_port", port=seed.PORT, expected=None)],
        ),
    ),
)
