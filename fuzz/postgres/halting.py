"""What waits for one transaction goes on one after the other when that ends: the other backends stand still meanwhile.

The server wakes all that wait for a transaction's locks at once, and what they do next they do side by side, on as many
cores as there are: who comes first to a row that both of them want is chance. A backend that sleeps in its wait for a
lock holds nothing that the server itself needs to go on; one that has woken up may, and is not halted there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGCONT, SIGSTOP

from psycopg import Connection
from psycopg.rows import TupleRow

from fuzz.postgres.prepared import Prepared
from fuzz.postgres.settings import EMBEDDED

_SLEEPS = """
SELECT true FROM pg_catalog.pg_stat_get_activity($1) WHERE wait_event_type = 'Lock' OR wait_event = 'SafeSnapshot'
"""

TRIES = 100
"""How often it is asked whether a backend sleeps, before it is taken for one that does not wait any more."""


class Halting:
    """Has backends stand still and go on, where they are processes of a server that rowrace has started.

    Args:
        connection: to the server; of another one nothing is halted.
    """

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._may = _is_own(connection)
        self._sleeps = Prepared(connection, "rowrace_sleeps", _SLEEPS)
        self._halted: set[int] = set()
        self._within = False

    @property
    def is_on(self) -> bool:
        """Whether backends that wait are to stand still now."""
        return self._within

    @contextmanager
    def halted(self, pids: Iterable[int]) -> Iterator[None]:
        """Within it, backends stand still until `let_go` names them.

        Args:
            pids: the backends, each of which waits for a lock and has had its deadlock check.
        """
        self._within = self._may
        try:
            for pid in pids:
                self.halt(pid)
            yield
        finally:
            self.let_all_go()

    def halt(self, pid: int) -> None:
        """Have a backend stand still from now on, if it sleeps in its wait for a lock."""
        for _ in range(TRIES if self._within else 0):
            if not self._sleeps(pid):  # not halted meanwhile, or it would not come to it
                continue
            self._halted.add(pid)
            _signal(pid, SIGSTOP)
            if self._sleeps(pid):
                return
            self.let_go(pid)

    def let_go(self, pid: int) -> None:
        """Let a backend go on, if it stands still."""
        if pid in self._halted:
            _signal(pid, SIGCONT)  # first: whoever is interrupted here can do it again
            self._halted.discard(pid)

    def let_all_go(self) -> None:
        """Let all go on that stand still, and halt none from now on."""
        self._within = False
        for pid in list(self._halted):
            self.let_go(pid)


def wake(connection: Connection[TupleRow]) -> None:
    """Let all backends go on: a process that was killed may have left some that stand still for ever.

    Args:
        connection: to their server; those of one that rowrace has not started are left alone.
    """
    if _is_own(connection):
        for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity").fetchall():
            _signal(pid, SIGCONT)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _is_own(connection: Connection[TupleRow]) -> bool:
    """Whether a server is one that rowrace has started, here: its backends are children of the process that it names.

    One in a container may have the same name, and processes that have other numbers here.
    """
    if connection.execute("SHOW cluster_name").fetchone() != (EMBEDDED["cluster_name"],):
        return False
    try:
        postmaster = (Path(connection.info.host) / "postmaster.pid").read_text().split("\n")[0]
        status = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[1] == postmaster
