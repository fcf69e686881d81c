"""Targets whose tables have all that a database can have."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, ForeignKey, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)

from fuzz import operation
from tests.targets_for_engine import Script

TABLES = """
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE TABLE parents (id integer PRIMARY KEY, value integer, name text UNIQUE);
CREATE TABLE children (
    id integer PRIMARY KEY, parent integer REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE, value integer
);
CREATE TABLE toys (id integer PRIMARY KEY, child integer REFERENCES children ON DELETE CASCADE);
CREATE TABLE guests (id integer PRIMARY KEY, host integer REFERENCES parents ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE promises (
    id integer PRIMARY KEY, parent integer REFERENCES parents DEFERRABLE INITIALLY DEFERRED,
    code integer UNIQUE DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE pairs (a integer, b text, value integer, PRIMARY KEY (b, a));
CREATE TABLE words (word text PRIMARY KEY, value integer);
CREATE TABLE kinds (
    id integer PRIMARY KEY, mood mood, tags text[], doc jsonb, span int4range, price numeric(10, 2), at timestamptz,
    key uuid, doubled integer GENERATED ALWAYS AS (id * 2) STORED
);
CREATE TABLE prices (price numeric(10, 2) PRIMARY KEY, value integer);
CREATE TABLE moments (at timestamptz PRIMARY KEY, value integer);
CREATE TABLE keys (key uuid PRIMARY KEY, value integer);
CREATE TABLE lines (word text, number integer);
CREATE SCHEMA other;
CREATE TABLE other.boxes (id integer PRIMARY KEY, value integer);
CREATE TABLE other.parents (id integer PRIMARY KEY, value integer);
CREATE VIEW rich AS SELECT id, value FROM parents WHERE value > 10;
CREATE TABLE parts (id integer, day integer, value integer, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE parts_early PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_late PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE animals (id integer PRIMARY KEY, value integer);
CREATE TABLE dogs (PRIMARY KEY (id)) INHERITS (animals);
"""

ROWS = """
INSERT INTO parents VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, NULL);
INSERT INTO children VALUES (1, 1, 10), (2, 1, 20), (3, 2, 30);
INSERT INTO toys VALUES (1, 1);
INSERT INTO guests VALUES (1, 1), (2, 2);
INSERT INTO promises VALUES (1, 1, 1), (2, NULL, 2);
INSERT INTO pairs VALUES (1, 'x', 10), (1, 'y', 20), (2, 'x', 30);
INSERT INTO words VALUES ('one', 1), ('Two words', 2);
INSERT INTO kinds VALUES (
    1, 'calm', '{a,b}', '{"a": 1}', '[1,5)', 1.50, '2024-01-01 10:00+00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
);
INSERT INTO prices VALUES (1.50, 1), (2.25, 2);
INSERT INTO moments VALUES ('2024-01-01 10:00+00', 1), ('2024-01-01 10:00:00.5+00', 2);
INSERT INTO keys VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1);
INSERT INTO lines VALUES ('a', 1), ('a', 1), ('b', 2);
INSERT INTO other.boxes VALUES (1, 10);
INSERT INTO other.parents VALUES (1, 10);
INSERT INTO parts VALUES (1, 1, 10), (1, 11, 20);
INSERT INTO animals VALUES (1, 10);
INSERT INTO dogs VALUES (2, 20);
"""

ROUTINES = """
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(value) FROM parents';
CREATE FUNCTION bump(which integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN UPDATE parents SET value = value + 1 WHERE id = which; END $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO log VALUES (TG_OP || coalesce(NEW.id, OLD.id)); RETURN NULL; END $$;
CREATE FUNCTION note_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END $$;
CREATE TABLE log (line text PRIMARY KEY);
CREATE TABLE rowwise (id integer PRIMARY KEY);
CREATE TABLE statementwise (id integer PRIMARY KEY);
CREATE TABLE in_the_end (id integer PRIMARY KEY);
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON rowwise FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON statementwise FOR EACH STATEMENT EXECUTE FUNCTION note_all();
CREATE CONSTRAINT TRIGGER note AFTER INSERT ON in_the_end DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION note();
"""


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int | None]
    name: Mapped[str | None]
    children: Mapped[list[Child]] = relationship(back_populates="parent", order_by="Child.id")


class Child(Base):
    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column("parent", ForeignKey("parents.id"))
    value: Mapped[int | None]
    parent: Mapped[Parent | None] = relationship(back_populates="children")


LOADERS = {"selectin": selectinload, "joined": joinedload, "subquery": subqueryload}


class Shop(Script):
    """Sends statements, or uses the ORM."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(TABLES)

    def seed(self, session: Session) -> None:
        session.connection().exec_driver_sql(ROWS)

    @operation(loader=st.just(""), value=st.just(0))
    def load(self, session: Session, loader: str, value: int) -> Any:
        found = select(Parent).where(Parent.value < value).order_by(Parent.id).options(LOADERS[loader](Parent.children))
        return [(parent.id, [child.id for child in parent.children]) for parent in session.scalars(found).unique()]

    @operation(key=st.just(1), value=st.just(0))
    def get_and_put(self, session: Session, key: int, value: int) -> None:
        parent = session.get(Parent, key)
        assert parent is not None
        parent.value = value
        session.commit()

    @operation(key=st.just(1))
    def expire_and_refresh(self, session: Session, key: int) -> None:
        parent = session.get_one(Parent, key)
        session.expire(parent)
        assert parent.name
        session.refresh(parent, with_for_update=True)

    @operation(key=st.just(1))
    def lazy(self, session: Session, key: int) -> Any:
        return [child.id for child in session.get_one(Parent, key).children]

    @operation(keys=st.just(()))
    def add_children(self, session: Session, keys: Any) -> None:
        session.add_all([Child(id=key, parent_id=1, value=key) for key in keys])
        session.commit()

    @operation(keys=st.just(()))
    def insert_many(self, session: Session, keys: Any) -> Any:
        rows = [{"id": key, "value": key} for key in keys]
        added = list(session.scalars(insert(Child).returning(Child.id), rows))
        session.commit()
        return added

    @operation(values=st.just(()))
    def update_many(self, session: Session, values: Any) -> None:
        session.execute(update(Parent), [{"id": key, "value": value} for key, value in values])
        session.commit()

    @operation(least=st.just(0))
    def update_where(self, session: Session, least: int) -> None:
        session.execute(update(Parent).where(Parent.value >= least).values(value=Parent.value + 1))
        session.commit()

    @operation(key=st.just(1))
    def delete_core(self, session: Session, key: int) -> None:
        session.connection().execute(delete(Parent.__table__).where(Parent.id == bindparam("key")), {"key": key})  # type: ignore[arg-type]  # a mapped class has a Table
        session.commit()

    @operation(statement=st.just(""))
    def autocommit(self, engine: Engine, statement: Any) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for each in statement:
                connection.execute(text(each))

    @operation
    def two_connections(self, engine: Engine) -> None:
        with engine.connect() as one, engine.connect() as other:
            one.execute(text("UPDATE parents SET value = 11 WHERE id = 1"))
            other.execute(text("SELECT id, value FROM parents WHERE id = 1"))
            one.commit()
            other.execute(text("SELECT id, value FROM parents WHERE id = 1"))

    @operation(level=st.just(""))
    def at_level(self, engine: Engine, level: str) -> None:
        with engine.connect().execution_options(isolation_level=level) as connection:
            connection.execute(text("SELECT count(*) FROM words"))
            connection.execute(text("SELECT value FROM parents WHERE id = 1"))


class Programmed(Shop):
    """The same with functions and triggers."""

    def create(self, engine: Engine) -> None:
        super().create(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(ROUTINES)
