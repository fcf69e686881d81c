from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, delete, select, text
from sqlalchemy.orm import Session

from fuzz.postgres import Server
from models import seed
from models.tables import Base, Resource, StandardAttribute


@pytest.fixture(scope="module")
def empty_engine(server: Server) -> Iterator[Engine]:
    """An engine on a database that has the tables: one for all tests of a file, as there are many tables."""
    with server.scratch() as scratch:
        made = create_engine(scratch.url)
        Base.metadata.create_all(made)
        yield made
        made.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """An engine on a database that holds the seed."""
    with Session(empty_engine) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            session.execute(delete(table))
        session.execute(text("SET LOCAL session_replication_role = origin"))
        seed.fill(session)
        session.commit()
    return empty_engine


@pytest.fixture
def open_session(engine: Engine) -> Iterator[Callable[[], Session]]:
    """Opens sessions as the fuzzer does, and closes them at the end."""
    opened: list[Session] = []

    def open_one() -> Session:
        opened.append(Session(engine))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def session(open_session: Callable[[], Session]) -> Session:
    return open_session()


@pytest.fixture
def other(open_session: Callable[[], Session]) -> Session:
    return open_session()


@pytest.fixture
def revision(engine: Engine) -> Callable[[type[Resource], str], int]:
    """The committed revision of a resource."""

    def read(model: type[Resource], key: str) -> int:
        with Session(engine) as session:
            number = select(StandardAttribute.revision_number).join(
                model, model.standard_attr_id == StandardAttribute.id
            )
            return session.scalars(number.where(model.id == key)).one()

    return read
