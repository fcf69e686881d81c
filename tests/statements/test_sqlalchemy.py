"""Statements as SQLAlchemy sends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert
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

from fuzz.postgres import Scratch
from fuzz.statements import Statement, parse


class Base(DeclarativeBase):
    pass


class Network(Base):
    __tablename__ = "networks"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    revision: Mapped[int] = mapped_column()
    ports: Mapped[list[Port]] = relationship(cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012  # its base declares it so


class Port(Base):
    __tablename__ = "ports"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(sa.ForeignKey("networks.id"))
    name: Mapped[str]


@dataclass(frozen=True)
class Sent:
    """A statement that was sent, and its parameters."""

    statement: Statement
    parameters: Any

    def holds(self, table: str, **row: Any) -> bool | None:
        condition = self.statement.conditions[table]
        return None if condition is None else condition.holds(row, self.parameters)


Record = Callable[[Callable[[Session], Any]], "list[Sent]"]


@pytest.fixture
def record(scratch: Scratch) -> Iterator[Record]:
    engine = sa.create_engine("postgresql+psycopg://", creator=scratch.connect)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Network(name="n", ports=[Port(name="a"), Port(name="b")]))
        session.add(Network(name="m", ports=[Port(name="a")]))
        session.commit()
    seen: list[Sent] = []

    @event.listens_for(engine, "before_cursor_execute")
    def remember(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        seen.append(Sent(parse(sql), parameters))

    def run(work: Callable[[Session], Any]) -> list[Sent]:
        with Session(engine) as session:
            seen.clear()
            work(session)
            session.flush()
        assert all(sent.statement.known for sent in seen)
        return list(seen)

    yield run
    engine.dispose()


def test_get_looks_at_one_row(record: Record) -> None:
    (sent,) = record(lambda session: session.get(Network, 1))
    assert sent.statement.shape == "SELECT networks WHERE id"
    assert [sent.holds("networks", id=number) for number in (1, 2)] == [True, False]


def test_a_lock_is_seen(record: Record) -> None:
    (sent,) = record(lambda session: session.get(Network, 1, with_for_update={"skip_locked": True, "key_share": True}))
    assert (sent.statement.locks, sent.statement.skips) == ({"networks": "FOR NO KEY UPDATE"}, True)


def test_selectinload_looks_at_the_children_of_its_parents(record: Record) -> None:
    query = sa.select(Network).where(Network.name == "n").options(selectinload(Network.ports))
    first, second = record(lambda session: session.scalars(query).all())
    assert first.statement.reads == {"networks"}
    assert second.statement.reads == {"ports"}
    assert [second.holds("ports", id=5, network_id=number) for number in (1, 2)] == [True, False]


def test_joined_children_may_be_any_and_their_parents_are_told(record: Record) -> None:
    query = sa.select(Network).where(Network.name == "n").options(joinedload(Network.ports))
    (sent,) = record(lambda session: session.scalars(query).unique().all())
    assert sent.statement.reads == {"networks", "ports"}
    assert [sent.holds("networks", id=5, name=name) for name in ("n", "m")] == [True, False]
    assert sent.holds("ports", id=5, network_id=2) is None


def test_subqueryload_tells_the_parents(record: Record) -> None:
    query = sa.select(Network).where(Network.name == "n").options(subqueryload(Network.ports))
    _, sent = record(lambda session: session.scalars(query).all())
    assert sent.statement.reads == {"networks", "ports"}
    assert [sent.holds("networks", id=5, name=name) for name in ("n", "m")] == [None, False]


@pytest.mark.parametrize("count", [2, 5])
def test_many_inserts_in_one_statement_have_the_shape_of_one(record: Record, count: int) -> None:
    (sent,) = record(lambda session: session.add_all([Network(name=str(number)) for number in range(count)]))
    assert sent.statement.shape == "INSERT networks"


def test_an_insert_reads_nothing_of_its_own_table(record: Record) -> None:
    (sent,) = record(lambda session: session.add_all([Port(name="c", network_id=1), Port(name="d", network_id=1)]))
    assert not sent.statement.reads
    assert sent.statement.writes == {"ports": {"INSERT"}}


def test_an_update_compares_the_revision(record: Record) -> None:
    def rename(session: Session) -> None:
        session.get_one(Network, 1).name = "x"

    _, sent = record(rename)
    assert sent.statement.shape == "UPDATE networks SET name, revision WHERE id, revision"
    rows = [{"id": 1, "revision": 1}, {"id": 1, "revision": 2}, {"id": 2, "revision": 1}]
    assert [sent.holds("networks", **row) for row in rows] == [True, False, False]


def test_a_delete_cascades_in_statements_of_its_own(record: Record) -> None:
    sent = record(lambda session: session.delete(session.get_one(Network, 1)))
    assert [one.statement.shape for one in sent[-2:]] == ["DELETE ports WHERE id", "DELETE networks WHERE id, revision"]


NETWORK = insert(Network).values(id=1, name="x", revision=1)
NAMED_A = sa.select(Port).where(Port.name == "a")


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        (sa.update(Port).where(Port.name == "a").values(name="c").returning(Port), "UPDATE ports SET name WHERE name"),
        (
            sa.delete(Port).where(Port.network_id == Network.id, Network.name == "n"),
            "DELETE ports JOIN networks WHERE id, name, network_id",
        ),
        (NETWORK.on_conflict_do_nothing(), "INSERT networks ON CONFLICT"),
        (
            NETWORK.on_conflict_do_update(index_elements=["id"], set_={"name": "y"}),
            "INSERT networks ON CONFLICT SET name",
        ),
        (sa.select(Port).where(Port.id.in_([])), "SELECT ports WHERE id"),
        (sa.select(sa.func.count()).select_from(NAMED_A.subquery()), "SELECT ports WHERE name"),
        (sa.select(NAMED_A.cte().c.id), "SELECT ports WHERE name"),
        (
            sa.select(Network).where(Network.ports.any(Port.name == "a")),
            "SELECT networks JOIN ports WHERE id, name, network_id",
        ),
        (sa.text("SELECT id FROM ports WHERE name = 'x%' || :x").bindparams(x="%"), "SELECT ports WHERE name"),
    ],
)
def test_core_and_text_are_read_alike(record: Record, query: Any, shape: str) -> None:
    (sent,) = record(lambda session: session.execute(query))
    assert sent.statement.shape == shape


def test_an_empty_list_looks_at_no_row(record: Record) -> None:
    (sent,) = record(lambda session: session.scalars(sa.select(Port).where(Port.id.in_([]))).all())
    assert sent.holds("ports", id=1) is False
