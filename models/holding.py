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
    if _HELD in session.info:
        return
    held: list[Any] = []
    session.info[_HELD] = held

    def keep(_: Session, instance: Any) -> None:
        held.append(instance)

    event.listen(session, "loaded_as_persistent", keep)
    event.listen(session, "pending_to_persistent", keep)
