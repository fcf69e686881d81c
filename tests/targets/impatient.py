"""Code under which the user presses Ctrl-C."""

from __future__ import annotations

import os
import signal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fuzz import Target, operation
from tests.targets.own_code import Base, Counter


class Learnt(Target):
    """While its calls are run alone."""

    metadata = Base.metadata
    substrate = "greenlet"

    @operation
    def look(self, session: Session) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        session.get(Counter, "visits")


class Created(Learnt):
    """While its tables are made."""

    def create(self, engine: Engine) -> None:
        os.kill(os.getpid(), signal.SIGINT)
