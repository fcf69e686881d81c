"""Objects of a session are held until it is dropped.

An identity map refers weakly, so what a session knows would depend on when Python collects garbage.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

_HELD = "held"


def hold(session: Session) -> None:
    """Refer strongly to every object that the session loads or takes in from now on. Once is enough."""
    session.info.setdefault(_HELD, [])


@event.listens_for(Session, "loaded_as_persistent")
@event.listens_for(Session, "pending_to_persistent")
def _keep(session: Session, instance: Any) -> None:
    held = session.info.get(_HELD)
    if held is not None:
        held.append(instance)
