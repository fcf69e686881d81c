"""Code that prints: as anybody does, into a buffer that is written in the end, and past Python."""

from __future__ import annotations

import os
import sys

from sqlalchemy.orm import Session

from fuzz import Target, operation
from tests.targets.own_code import Base, Counter

print("imported")


class Talking(Target):
    """Tells the world what it does."""

    metadata = Base.metadata

    def seed(self, session: Session) -> None:
        session.add(Counter(name="visits", value=0))

    @operation
    def count(self, session: Session) -> None:
        print("printed")
        print("printed in the end", file=sys.__stdout__)
        os.write(1, b"written\n")
        session.get_one(Counter, "visits").value += 1
        session.commit()
