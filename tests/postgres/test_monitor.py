from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.rows import TupleRow

from fuzz.postgres import Scratch
from fuzz.postgres.monitor import Monitor
from fuzz.postgres.prepared import Prepared

Connection = psycopg.Connection[TupleRow]


@pytest.fixture
def open_connection(scratch: Scratch) -> Iterator[Callable[[], Connection]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(scratch.connect())


def pid(connection: Connection) -> int:
    return connection.info.backend_pid


def test_a_backend_that_waits_is_blocked_by_the_one_that_it_waits_for(
    open_connection: Callable[[], Connection],
) -> None:
    monitor, holder, waiter = Monitor(open_connection()), open_connection(), open_connection()
    both = f"{{{pid(holder)},{pid(waiter)}}}"
    holder.execute("SELECT pg_advisory_lock(1)")
    assert monitor.blockers(pid(waiter), both) is None
    waiter.pgconn.send_query(b"SELECT pg_advisory_lock(1)")
    while monitor.blockers(pid(waiter), both) is None:
        pass
    assert monitor.blockers(pid(waiter), both) == frozenset({pid(holder)})
    assert monitor.blockers(pid(waiter), f"{{{pid(waiter)}}}") is None
    assert monitor.blockers(pid(holder), both) is None
    holder.execute("SELECT pg_advisory_unlock(1)")
    while waiter.pgconn.get_result() is not None:
        pass
    assert monitor.blockers(pid(waiter), both) is None


def test_those_that_hold_advisory_locks_of_this_database_are_told(open_connection: Callable[[], Connection]) -> None:
    monitor, holder = Monitor(open_connection()), open_connection()
    assert monitor.holders() == set()
    holder.execute("SELECT pg_advisory_lock(1)")
    assert monitor.holders() == {pid(holder)}
    holder.execute("SELECT pg_advisory_unlock_all()")
    assert monitor.holders() == set()


def test_a_backend_can_be_ended(open_connection: Callable[[], Connection]) -> None:
    monitor, victim = Monitor(open_connection()), open_connection()
    monitor.terminate(pid(victim))
    with pytest.raises(psycopg.OperationalError):
        victim.execute("SELECT 1")
    monitor.terminate(pid(victim))


def test_a_prepared_statement_gives_text_and_raises_what_the_server_says(
    open_connection: Callable[[], Connection],
) -> None:
    divide = Prepared(open_connection(), "divide", "SELECT 6 / $1::integer, NULL, true")
    assert divide(2) == [("3", None, "t")]
    with pytest.raises(psycopg.OperationalError, match="division by zero"):
        divide(0)
    assert divide(3) == [("2", None, "t")]
