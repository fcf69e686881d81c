"""A pool that takes back a connection of an abandoned run: its backend has been ended, and there is nothing to undo."""

from __future__ import annotations

import psycopg
import psycopg2
import pytest

from fuzz.engine.drivers import psycopg2 as other
from fuzz.engine.drivers.psycopg3 import ScheduledConnection
from fuzz.postgres.scratch import Scratch

ENDED = (psycopg.OperationalError, psycopg2.OperationalError)


def _begun(scratch: Scratch, driver: str, *, abandoned: bool) -> ScheduledConnection | other.ScheduledConnection:
    """A connection in the middle of a transaction, whose backend has been ended."""
    url = scratch.url.set(drivername="postgresql").render_as_string(hide_password=False)
    made = (
        ScheduledConnection.connect(url)
        if driver == "psycopg"
        else psycopg2.connect(url, connection_factory=other.ScheduledConnection)
    )
    made.cursor().execute("SELECT 1")
    with scratch.connect() as control:
        control.execute("SELECT pg_terminate_backend(%s, 1000)", [made.pid])
    made.abandoned = abandoned
    return made


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_it_is_not_asked_for_what_it_cannot_do(scratch: Scratch, driver: str) -> None:
    connection = _begun(scratch, driver, abandoned=True)
    connection.rollback()
    connection.finish()


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_one_that_the_server_has_ended_says_so(scratch: Scratch, driver: str) -> None:
    connection = _begun(scratch, driver, abandoned=False)
    with pytest.raises(ENDED):
        connection.rollback()
    connection.finish()
