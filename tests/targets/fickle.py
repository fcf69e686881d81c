from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import ClassVar

from sqlalchemy import MetaData, text
from sqlalchemy.orm import Session

from fuzz import Target, operation


class Fickle(Target):
    """Fails at every other time: what it does depends on more than the case."""

    metadata = MetaData()
    calls: ClassVar[Iterator[int]] = count()

    @operation
    def toss(self, session: Session) -> None:
        session.execute(text("SELECT 1"))
        if next(self.calls) % 4 in {0, 3}:
            message = "heads"
            raise ValueError(message)


class Falling(Target):
    """Raises whenever it is called, alone or not."""

    metadata = MetaData()

    @operation
    def fall(self, session: Session) -> None:
        session.execute(text("SELECT 1"))
        message = "always"
        raise ValueError(message)
