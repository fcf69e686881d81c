"""Small programs over two tables, in text, Core and ORM; what they do depends on whatever they see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, ForeignKey, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload

from fuzz import Target, operation
from fuzz.case import Call, Case

SCHEMA = """
CREATE TABLE parents (id integer PRIMARY KEY, value integer NOT NULL, name text UNIQUE);
CREATE TABLE children (
    id integer PRIMARY KEY, parent integer REFERENCES parents ON DELETE CASCADE DEFERRABLE,
    label text UNIQUE, value integer NOT NULL
);
CREATE TABLE pets (id integer PRIMARY KEY, owner integer NOT NULL REFERENCES parents ON DELETE CASCADE, value integer);
CREATE TABLE lines (word text);
CREATE TABLE tickets (id serial PRIMARY KEY, value integer);
CREATE TABLE names (id integer PRIMARY KEY, name text);
CREATE UNIQUE INDEX one_name ON names (lower(name));
"""


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
    name: Mapped[str | None]
    children: Mapped[list[Child]] = relationship(back_populates="parent", order_by="Child.id", passive_deletes=True)


class Child(Base):
    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column("parent", ForeignKey("parents.id"))
    label: Mapped[str | None]
    value: Mapped[int]
    parent: Mapped[Parent | None] = relationship(back_populates="children")


Act = tuple[Any, ...]
"""The name of a function below, and its arguments."""

ACTS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {}
"""Name -> the function, and what its arguments are."""

DOMAINS: Mapping[str, st.SearchStrategy[Any]] = {
    "id": st.integers(1, 3),
    "new": st.integers(2, 5),
    "value": st.integers(0, 3),
    "word": st.sampled_from(["a", "b", None]),
}


def act(*arguments: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        ACTS[function.__name__] = (function, arguments)
        return function

    return mark


def sent(session: Session, sql: str, **parameters: Any) -> Any:
    """Rows of a statement's result, or how many it changed; the order that is not asked for differs from run to run."""
    result: Any = session.execute(text(sql), parameters)
    if not result.returns_rows:
        return result.rowcount
    rows = [tuple(row) for row in result]
    return rows if "ORDER BY" in sql else sorted(rows, key=repr)


@act("id")
def get(s: Session, i: int) -> Any:
    return sent(s, "SELECT id, value, name FROM parents WHERE id = :i", i=i)


@act("value")
def count(s: Session, v: int) -> Any:
    return sent(s, "SELECT count(*) FROM parents WHERE value >= :v", v=v)


@act("id")
def total_of(s: Session, i: int) -> Any:
    return sent(s, "SELECT sum(c.value) FROM children c JOIN parents p ON p.id = c.parent WHERE p.id = :i", i=i)


@act("word")
def labelled(s: Session, w: str) -> Any:
    return sent(s, "SELECT id, parent FROM children WHERE label = :w", w=w)


@act("new", "id", "value")
def add_pet(s: Session, i: int, owner: int, v: int) -> Any:
    return sent(s, "INSERT INTO pets VALUES (:i, :o, :v)", i=i, o=owner, v=v)


@act("id", "id")
def sell(s: Session, i: int, owner: int) -> Any:
    return sent(s, "UPDATE pets SET owner = :o WHERE id = :i", i=i, o=owner)


@act("value")
def pets_and_owners(s: Session, v: int) -> Any:
    joined = "SELECT t.id, t.owner, p.id, p.value FROM pets t JOIN parents p ON p.id = t.owner"
    return sent(s, f"{joined} WHERE t.value = :v", v=v)


@act("id")
def owner_and_pets(s: Session, i: int) -> Any:
    joined = "SELECT p.id, p.value, t.id, t.value FROM parents p LEFT JOIN pets t ON t.owner = p.id"
    return sent(s, f"{joined} WHERE p.id = :i", i=i)


@act("id")
def lock_owner(s: Session, i: int) -> Any:
    joined = "SELECT p.id FROM parents p JOIN pets t ON t.owner = p.id"
    return sent(s, f"{joined} WHERE t.id = :i FOR UPDATE OF p", i=i)


@act("value")
def odd(s: Session, v: int) -> Any:
    return sent(s, "SELECT id FROM children WHERE (value + :v) % 2 = 1 ORDER BY id", v=v)


@act("new", "value", "word")
def add(s: Session, i: int, v: int, w: str) -> Any:
    return sent(s, "INSERT INTO parents (id, value, name) VALUES (:i, :v, :w)", i=i, v=v, w=w)


@act("new", "new", "word", "value")
def add_child(s: Session, i: int, p: int, w: str, v: int) -> Any:
    return sent(s, "INSERT INTO children (id, parent, label, value) VALUES (:i, :p, :w, :v)", i=i, p=p, w=w, v=v)


@act("id", "value")
def put(s: Session, i: int, v: int) -> Any:
    return sent(s, "UPDATE parents SET value = :v WHERE id = :i", i=i, v=v)


@act("value", "value")
def raise_all(s: Session, v: int, by: int) -> Any:
    return sent(s, "UPDATE parents SET value = value + :by WHERE value <= :v", v=v, by=by)


@act("value")
def drop_children(s: Session, v: int) -> Any:
    return sent(s, "DELETE FROM children WHERE value = :v", v=v)


@act("value")
def drop_value(s: Session, v: int) -> Any:
    return sent(s, "DELETE FROM parents WHERE value = :v", v=v)


@act("id")
def drop(s: Session, i: int) -> Any:
    return sent(s, "DELETE FROM parents WHERE id = :i RETURNING id, name", i=i)


@act("id", "new")
def renumber(s: Session, i: int, to: int) -> Any:
    return sent(s, "UPDATE children SET id = :to WHERE id = :i", i=i, to=to)


@act("value", "id")
def adopt(s: Session, v: int, p: int) -> Any:
    return sent(s, "UPDATE children SET parent = :p WHERE value >= :v RETURNING id", v=v, p=p)


@act("new", "value", "word")
def upsert(s: Session, i: int, v: int, w: str) -> Any:
    sql = "INSERT INTO parents VALUES (:i, :v, :w) ON CONFLICT (id) DO UPDATE SET value = parents.value + :v"
    return sent(s, sql, i=i, v=v, w=w)


@act("new", "value", "word")
def add_if_new(s: Session, i: int, v: int, w: str) -> Any:
    return sent(s, "INSERT INTO parents VALUES (:i, :v, :w) ON CONFLICT DO NOTHING RETURNING id", i=i, v=v, w=w)


@act("id")
def locked(s: Session, i: int) -> Any:
    return sent(s, "SELECT value FROM parents WHERE id = :i FOR UPDATE", i=i)


@act("value")
def locked_first(s: Session, v: int) -> Any:
    return sent(s, "SELECT id, value FROM parents WHERE value >= :v ORDER BY id LIMIT 1 FOR UPDATE", v=v)


@act("value")
def shared(s: Session, v: int) -> Any:
    return sent(s, "SELECT count(*) FROM (SELECT 1 FROM parents WHERE value >= :v FOR SHARE) x", v=v)


@act("id")
def increment(s: Session, i: int) -> Any:
    found = get(s, i)
    return put(s, i, found[0][1] + 1) if found else None


@act("id")
def copy_total(s: Session, i: int) -> Any:
    return sent(s, "UPDATE parents SET value = (SELECT sum(value) FROM parents) WHERE id = :i", i=i)


@act("id", "value")
def from_parent(s: Session, i: int, v: int) -> Any:
    sql = "UPDATE children SET value = p.value FROM parents p WHERE p.id = children.parent AND p.id = :i"
    return sent(s, sql, i=i)


@act("id", "new")
def move_down(s: Session, i: int, to: int) -> Any:
    sql = (
        "WITH gone AS (DELETE FROM children WHERE id = :i RETURNING *) INSERT INTO parents SELECT :to, value FROM gone"
    )
    return sent(s, sql, i=i, to=to)


@act("word")
def line(s: Session, w: str) -> Any:
    return sent(s, "INSERT INTO lines VALUES (:w)", w=w)


@act("word")
def lines(s: Session, w: str) -> Any:
    return sent(s, "SELECT count(*) FROM lines WHERE word = :w", w=w)


@act("word")
def drop_lines(s: Session, w: str) -> Any:
    return sent(s, "DELETE FROM lines WHERE word = :w", w=w)


@act("value")
def ticket(s: Session, v: int) -> Any:
    return sent(s, "INSERT INTO tickets (value) VALUES (:v) RETURNING id", v=v)


@act()
def first_ticket(s: Session) -> Any:
    return sent(s, "SELECT value FROM tickets ORDER BY id LIMIT 1")


@act("new", "new", "word", "value")
def try_child(s: Session, i: int, p: int, w: str, v: int) -> Any:
    try:
        with s.begin_nested():
            return add_child(s, i, p, w, v)
    except IntegrityError as error:
        return type(error.orig).__name__


@act("new", "new", "word", "value")
def later_child(s: Session, i: int, p: int, w: str, v: int) -> Any:
    s.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    return add_child(s, i, p, w, v)


@act("id", "value")
def undone(s: Session, i: int, v: int) -> Any:
    nested = s.begin_nested()
    done = put(s, i, v)
    nested.rollback()
    return [done, get(s, i)]


@act("id", "value")
def orm_put(s: Session, i: int, v: int) -> Any:
    parent = s.get(Parent, i)
    if parent is None:
        return None
    parent.value += v
    s.flush()
    return parent.value


@act("id")
def orm_locked(s: Session, i: int) -> Any:
    parent = s.get(Parent, i, with_for_update=True)
    return parent and (parent.id, parent.value)


@act("new", "id", "word")
def orm_add(s: Session, i: int, p: int, w: str) -> Any:
    parent = s.get(Parent, p)
    s.add(Child(id=i, parent=parent, label=w, value=parent.value if parent else 0))
    s.flush()


@act("id")
def orm_drop(s: Session, i: int) -> Any:
    child = s.get(Child, i)
    if child is not None:
        s.delete(child)
        s.flush()
    return child is not None


@act("value")
def orm_selectin(s: Session, v: int) -> Any:
    found = select(Parent).where(Parent.value >= v).order_by(Parent.id).options(selectinload(Parent.children))
    return [(p.id, [c.id for c in p.children]) for p in s.scalars(found)]


@act("value")
def orm_joined(s: Session, v: int) -> Any:
    found = select(Child).where(Child.value >= v).order_by(Child.id).options(joinedload(Child.parent))
    return [(c.id, c.parent and c.parent.value) for c in s.scalars(found)]


@act("value")
def core_count(s: Session, v: int) -> Any:
    return s.scalar(select(func.count()).select_from(Parent).where(Parent.value != v))


@act("new", "value")
def core_upsert(s: Session, i: int, v: int) -> Any:
    new = insert(Parent).values(id=i, value=v)
    merged = new.on_conflict_do_update(
        index_elements=["id"], set_={"value": new.excluded.value}, where=Parent.value < v
    )
    return [tuple(row) for row in s.execute(merged.returning(Parent.id, Parent.value))]


class Programs(Target):
    """Does what it is told."""

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text(SCHEMA))

    def seed(self, session: Session) -> None:
        session.execute(text("INSERT INTO parents VALUES (1, 1, 'x'), (2, 2, NULL), (3, 0, 'a')"))
        session.execute(text("INSERT INTO children VALUES (1, 1, 'a', 1), (2, 1, NULL, 2), (3, 2, 'y', 3)"))
        session.execute(text("INSERT INTO pets VALUES (1, 1, 1), (2, 3, 2)"))
        session.execute(text("INSERT INTO lines VALUES ('a'), ('a')"))

    @operation(acts=st.just(()), ends=st.just("commit"))
    def do(self, session: Session, acts: Sequence[Act], ends: str) -> list[Any]:
        done = [ACTS[name][0](session, *arguments) for name, *arguments in acts]
        getattr(session, ends)()
        return done


@st.composite
def acts(draw: st.DrawFn, names: Sequence[str]) -> Act:
    name = draw(st.sampled_from(names))
    return (name, *(draw(DOMAINS[kind]) for kind in ACTS[name][1]))


@st.composite
def cases(draw: st.DrawFn, names: Sequence[str] = tuple(ACTS)) -> Case:
    """Two sessions of one or two calls, at any level, in any order."""
    call = st.builds(
        lambda acts, ends: Call("do", {"acts": tuple(acts), "ends": ends}),
        st.lists(acts(names), min_size=1, max_size=4),
        st.sampled_from(["commit", "commit", "commit", "rollback"]),
    )
    programs = {name: tuple(draw(st.lists(call, min_size=1, max_size=2))) for name in "AB"}
    turns = draw(st.integers(0, 2**20 - 1))
    schedule = tuple("AB"[turns >> place & 1] for place in range(20))
    return Case("programs.py", draw(st.sampled_from(["rc", "rc", "rr", "ser"])), programs, schedule, 7)
