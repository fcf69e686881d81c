"""What waits for one transaction goes on one after the other when that ends: the other backends stand still meanwhile.

The server wakes all that wait for a transaction's locks at once, and what they do next they do side by side, on as many
cores as there are: who comes first to a row that both of them want is chance. A backend that stands still in its wait
holds nothing that the server itself needs to go on, once its deadlock check is over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from signal import SIGCONT, SIGSTOP

from psycopg import Connection
from psycopg.rows import TupleRow

from fuzz.postgres.settings import EMBEDDED


class Halting:
    """Has backends stand still and go on, where they are processes of a server that rowrace has started.

    Args:
        connection: to the server; of another one nothing is halted.
    """

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._may = connection.execute("SHOW cluster_name").fetchone() == (EMBEDDED["cluster_name"],)
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
            self._within = False
            for pid in list(self._halted):
                self.let_go(pid)

    def halt(self, pid: int) -> None:
        """Have a backend stand still; likewise."""
        if self._within:
            self._halted.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, SIGSTOP)

    def let_go(self, pid: int) -> None:
        """Let a backend go on, if it stands still."""
        if pid in self._halted:
            self._halted.remove(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, SIGCONT)
