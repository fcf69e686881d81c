from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from fuzz.postgres import Scratch
from fuzz.postgres.connection import connect
from fuzz.postgres.embedded import embedded_server
from fuzz.postgres.halting import Halting
from fuzz.postgres.installation import installation
from fuzz.postgres.monitor import Monitor
from fuzz.postgres.settings import EMBEDDED

Connection = psycopg.Connection[TupleRow]


@pytest.fixture
def open_connection(scratch: Scratch) -> Iterator[Callable[[], Connection]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(scratch.connect())


def pid(connection: Connection) -> int:
    return connection.info.backend_pid


def stands_still(connection: Connection) -> bool:
    status = Path(f"/proc/{pid(connection)}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "T"


def answers(connection: Connection) -> int:
    return sum(1 for _ in iter(connection.pgconn.get_result, None))


def test_of_two_that_are_set_free_at_once_the_other_waits_until_it_is_let_go(
    open_connection: Callable[[], Connection],
) -> None:
    control, holder, *waiters = (open_connection() for _ in range(4))
    monitor, halting = Monitor(control), Halting(control)
    pids = [pid(waiter) for waiter in waiters]
    asked = f"{{{pid(holder)},{pids[0]},{pids[1]}}}"
    holder.execute("SELECT pg_advisory_lock(1)")
    for waiter in waiters:
        waiter.pgconn.send_query(b"SELECT pg_advisory_lock_shared(1)")
    while any(monitor.blockers(each, asked) is None for each in pids):
        pass
    assert not halting.is_on
    with halting.halted(pids):
        assert halting.is_on
        while not all(map(stands_still, waiters)):
            pass
        holder.execute("SELECT pg_advisory_unlock(1)")
        assert [monitor.blockers(each, asked) for each in pids] == [None, None]
        halting.let_go(pids[1])
        assert answers(waiters[1]) == 1
        assert stands_still(waiters[0])
        halting.halt(pids[1])
    assert answers(waiters[0]) == 1
    assert not any(map(stands_still, waiters))
    assert not halting.is_on
    halting.halt(pids[0])
    assert not stands_still(waiters[0])


def test_a_backend_that_has_ended_meanwhile_is_none_to_halt(open_connection: Callable[[], Connection]) -> None:
    control, gone = open_connection(), open_connection()
    number = pid(gone)
    Monitor(control).terminate(number)
    while Path(f"/proc/{number}").exists():
        pass
    with Halting(control).halted([number]) as halted:
        assert halted is None


def test_processes_of_a_server_that_is_not_rowraces_own_are_left_alone() -> None:
    with (
        embedded_server(installation(None), {**EMBEDDED, "cluster_name": "shop"}) as url,
        connect(url) as control,
        connect(url) as other,
    ):
        halting = Halting(control)
        with halting.halted([pid(other)]):
            assert not halting.is_on
            assert not stands_still(other)
            assert other.execute("SELECT 1").fetchone() == (1,)
