"""Code that shows phenomena of weak isolation, and does no harm: the last writer wins."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation


class Taken(Exception):
    """The lamp was not to be found as expected."""


class LastWriter(Target):
    """A lamp that is looked at, then set to a colour, whatever it was."""

    expected = (Taken,)

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE lamps (id integer PRIMARY KEY, colour text NOT NULL)"))
            connection.execute(text("INSERT INTO lamps VALUES (1, 'off')"))

    @operation(colour=st.sampled_from(["red", "green"]))
    def paint(self, session: Session, colour: str) -> None:
        session.execute(text("SELECT colour FROM lamps WHERE id = 1")).all()
        session.execute(text("UPDATE lamps SET colour = :colour WHERE id = 1"), {"colour": colour})
        session.commit()


class Timid(LastWriter):
    """Gives up when the lamp was painted between two looks."""

    @operation(colour=st.sampled_from(["red", "green"]))
    def paint(self, session: Session, colour: str) -> None:
        if self._look(session) != self._look(session):
            raise Taken
        session.execute(text("UPDATE lamps SET colour = :colour WHERE id = 1"), {"colour": colour})
        session.commit()

    def _look(self, session: Session) -> Any:
        return session.scalar(text("SELECT colour FROM lamps WHERE id = 1"))
