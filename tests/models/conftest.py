from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from fuzz.postgres import Scratch
from models import seed
from models.tables import Base


@pytest.fixture
def engine(scratch: Scratch) -> Iterator[Engine]:
    """An engine on a database that holds the seed."""
    made = create_engine(scratch.url)
    Base.metadata.create_all(made)
    with Session(made) as session:
        seed.fill(session)
        session.commit()
    yield made
    made.dispose()


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
