from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from os import kill
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import psycopg
import pytest
from psycopg.rows import TupleRow

from fuzz.postgres import Scratch, Server
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
        yield lambda: stack.enter_context(closing(scratch.connect()))


def pid(connection: Connection) -> int:
    return connection.info.backend_pid


def stands_still(connection: Connection) -> bool:
    status = Path(f"/proc/{pid(connection)}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "T"


def await_stop(connection: Connection) -> None:
    """Wait until a backend stands still: it is told, and does so a moment later."""
    while not stands_still(connection):
        pass


def await_sleep(control: Connection, waiter: Connection) -> None:
    """Wait until a backend sleeps in its wait for a lock: it is in the queue a moment before."""
    asleep = "SELECT wait_event_type FROM pg_stat_get_activity(%s)"
    while control.execute(asleep, [pid(waiter)]).fetchone() != ("Lock",):
        pass


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
        await_sleep(control, waiter)
    assert not halting.is_on
    with halting.halted(pids):
        assert halting.is_on
        for waiter in waiters:
            await_stop(waiter)
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


@pytest.fixture
def waiting(open_connection: Callable[[], Connection]) -> Connection:
    """One that waits for a lock."""
    control, holder, waiter = (open_connection() for _ in range(3))
    holder.execute("SELECT pg_advisory_lock(1)")
    waiter.pgconn.send_query(b"SELECT pg_advisory_lock(1)")
    await_sleep(control, waiter)
    return waiter


def test_whatever_ends_the_block_lets_all_go(open_connection: Callable[[], Connection], waiting: Connection) -> None:
    halting = Halting(open_connection())
    with suppress(KeyboardInterrupt), halting.halted([pid(waiting)]):
        await_stop(waiting)
        raise KeyboardInterrupt
    assert not stands_still(waiting)
    assert not halting.is_on


def test_one_that_could_not_be_let_go_for_an_interruption_is_the_next_time(
    open_connection: Callable[[], Connection], waiting: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    halting = Halting(open_connection())

    def interrupted(number: int, signal: int) -> None:
        if signal == SIGCONT:
            raise KeyboardInterrupt
        kill(number, signal)

    monkeypatch.setattr("os.kill", interrupted)
    with pytest.raises(KeyboardInterrupt), halting.halted([pid(waiting)]):
        pass
    await_stop(waiting)
    monkeypatch.undo()
    halting.let_all_go()
    assert not stands_still(waiting)


def test_a_database_is_dropped_though_a_process_that_was_killed_has_left_a_backend_standing_still(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fuzz.postgres.scratch.HEARD", "1s")
    with server.scratch() as scratch:
        left = scratch.connect()
        kill(pid(left), SIGSTOP)
        await_stop(left)
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    left.close()


def test_only_who_sleeps_in_a_wait_for_a_lock_is_halted(open_connection: Callable[[], Connection]) -> None:
    control, idle, gone = open_connection(), open_connection(), open_connection()
    number = pid(gone)
    Monitor(control).terminate(number)
    while Path(f"/proc/{number}").exists():
        pass
    with Halting(control).halted([pid(idle), number]):
        assert idle.execute("SELECT 1").fetchone() == (1,)


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
