"""What the pages say of SQLAlchemy and PostgreSQL where no run shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, delete, func, select, text, update
from sqlalchemy.exc import InvalidRequestError, SAWarning
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from fuzz.postgres import Scratch
from tests.explain.tables import Account, Article, Base, Tables


@pytest.fixture
def engine(scratch: Scratch) -> Iterator[Engine]:
    opened = create_engine(scratch.url)
    Base.metadata.create_all(opened)
    with Session(opened) as session:
        Tables().seed(session)
        session.commit()
    yield opened
    opened.dispose()


def test_a_bulk_update_goes_past_a_version_counter(engine: Engine) -> None:
    with Session(engine) as session, Session(engine) as other:
        article = session.get_one(Article, 1)
        other.execute(update(Article).values(body="Theirs."))
        other.commit()
        article.title = "Ours"
        session.commit()
        assert (article.version, article.body) == (2, "Theirs.")


def test_a_version_counter_counts_where_a_column_is_flagged_and_not_otherwise(engine: Engine) -> None:
    with Session(engine) as session:
        article = session.get_one(Article, 1)
        session.commit()
        assert article.version == 1
        flag_modified(article, "title")
        session.commit()
        assert article.version == 2


@pytest.mark.parametrize("kind", [Account, Article])
def test_a_delete_of_no_row_only_warns_unless_versions_are_counted(engine: Engine, kind: type[Base]) -> None:
    with Session(engine) as session, Session(engine) as other:
        session.delete(session.get_one(kind, 1))
        other.execute(delete(kind))
        other.commit()
        counted = pytest.raises(StaleDataError, match="DELETE")
        with counted if kind is Article else pytest.warns(SAWarning, match="confirm_deleted_rows"):
            session.flush()


def test_a_commit_inside_begin_is_an_error_at_the_next_statement(engine: Engine) -> None:
    with sessionmaker(engine).begin() as session:
        session.commit()
        with pytest.raises(InvalidRequestError):
            session.get(Account, 1)


def test_an_object_that_is_gone_and_expired_is_gotten_as_none(engine: Engine) -> None:
    with Session(engine) as session:
        found = session.get_one(Account, 1)
        session.execute(delete(Account).execution_options(synchronize_session=False))
        session.expire_all()
        assert session.get(Account, 1) is None
        assert found not in session


@pytest.mark.parametrize(("autoflush", "order"), [(False, [1, 2]), (True, [2, 1])])
def test_one_flush_sorts_its_updates_but_autoflush_makes_several(
    engine: Engine, *, autoflush: bool, order: list[int]
) -> None:
    with Session(engine, autoflush=autoflush) as session:
        for account in (2, 1):
            session.get_one(Account, account).balance = account
        session.flush()
        assert session.scalars(text("SELECT id FROM accounts ORDER BY ctid")).all() == order


def test_an_advisory_lock_of_the_connection_lasts_beyond_commit_in_the_pool(engine: Engine) -> None:
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7")
    with Session(engine) as session:
        session.execute(select(func.pg_advisory_xact_lock(7)))
        session.commit()
        assert session.scalar(held) == 0
        session.execute(select(func.pg_advisory_lock(7)))
        session.commit()
    with engine.connect() as connection:
        assert connection.scalar(held) == 1
