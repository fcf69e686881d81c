"""The effects of statements that are sent alone, on a small schema."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.traces import Effect, effects_of

SCHEMA = """
CREATE TABLE parents (id integer PRIMARY KEY, value integer);
CREATE TABLE children (
    id integer PRIMARY KEY, parent integer REFERENCES parents ON DELETE CASCADE, value integer
);
CREATE TABLE leaves (id integer PRIMARY KEY, child integer REFERENCES children ON DELETE CASCADE);
CREATE TABLE others (id integer PRIMARY KEY, value integer UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE watched (id integer PRIMARY KEY);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE others SET value = 3; RETURN NULL; END $$;
CREATE TRIGGER watch AFTER INSERT ON watched EXECUTE FUNCTION watch();
CREATE TABLE owners (id integer PRIMARY KEY);
CREATE TABLE named (id serial PRIMARY KEY, name text UNIQUE, owner integer REFERENCES owners, note text);
CREATE TABLE badges (named integer REFERENCES named);
CREATE TABLE numbered (id serial PRIMARY KEY, value integer);
CREATE TABLE narrow (id smallserial PRIMARY KEY, value integer, made uuid DEFAULT gen_random_uuid());
CREATE TABLE folded (id integer PRIMARY KEY, name text);
CREATE UNIQUE INDEX ON folded (lower(name));
CREATE TABLE lonely (id integer PRIMARY KEY, name text UNIQUE NULLS NOT DISTINCT);
CREATE TABLE spans (id integer PRIMARY KEY, span int4range, EXCLUDE USING gist (span WITH &&));
INSERT INTO parents VALUES (1, 1), (2, 2);
INSERT INTO children VALUES (1, 1, 1), (2, 2, 2);
INSERT INTO others VALUES (1, 1);
INSERT INTO owners VALUES (1), (2), (3);
INSERT INTO named VALUES (1, 'x', 1), (2, 'w', 2);
"""


class Statements(Target):
    """Sends what it is told, and commits."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(SCHEMA)

    @operation(statements=st.just(()))
    def send(self, session: Session, statements: Sequence[str]) -> None:
        for statement in statements:
            session.execute(text(statement))
        session.commit()


class Effects:
    """The effects of statements, each transaction run alone."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __call__(self, *statements: str, level: str = "rc") -> list[Effect]:
        history = self._stage.run(Case("x", level, {"A": (Call("send", {"statements": statements}),)}))
        found = effects_of(history)
        return [found[step.number] for step in history.steps]
