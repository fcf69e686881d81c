"""Worker processes: each does its share of the work in a scratch database of its own, and tells of it by a pipe.

Cases cross from one process to another as text. What a worker has found is run again and confirmed by the process that
the user talks to, which alone makes findings of it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Any

from fuzz.campaign.interruption import Interruption
from fuzz.errors import ToolError
from fuzz.finding import Finding
from fuzz.postgres import open_server
from fuzz.trials import Trials

EVERY = 1.0
"""Seconds between two words of a worker on how far it is."""

PATIENCE = 30.0
"""Seconds that a worker is given to end."""

Task = Callable[[Trials, Connection], Iterator[object]]
"""What a worker does, and the words that it sends; whoever works with it may send it words by the pipe, too."""


@dataclass(frozen=True, slots=True)
class Met:
    """A worker has met a race.

    Attributes:
        signature: of the violation.
        case: the least case, as text.
        first_seen_s: when it was met, in seconds from the worker's start.
        first_seen_cases: how many cases the worker had run by then; None where they are not counted.
    """

    signature: str
    case: str
    first_seen_s: float
    first_seen_cases: int | None

    @classmethod
    def of(cls, finding: Finding) -> Met:
        """What crosses of a finding."""
        return cls(
            finding.violation.signature, finding.history.case.dumps(), finding.first_seen_s, finding.first_seen_cases
        )


@contextmanager
def workers(
    tasks: Sequence[Task], dsn: str, step_timeout: float, interruption: Interruption
) -> Iterator[Sequence[Connection]]:
    """Start a worker for each task; within the block, there is a pipe to each.

    Args:
        tasks: functions of modules, as they go to another process.
        dsn: the URL of the server, password included.
        step_timeout: as of `Trials`.
        interruption: held while they are started; it is to be asked for afterwards.
    """
    context = get_context("spawn")  # a server's connections, and greenlets, do not survive a fork
    pipes: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        with interruption.held(), _unheard():
            for task in tasks:
                ours, theirs = context.Pipe()
                worker = context.Process(target=_work, args=(theirs, task, dsn, step_timeout), daemon=True)
                worker.start()
                theirs.close()
                pipes.append(ours)
                processes.append(worker)
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()  # which a worker takes as the word to end
        for process in processes:
            process.join(PATIENCE)
            process.kill()


@contextmanager
def _unheard() -> Iterator[None]:
    """Within it, a process that is started does not hear Ctrl-C, from its first moment on: another has to answer it."""
    ensure_running()  # else multiprocessing starts a process of its own within it, and unblocks the signal
    outer = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, outer)


def hear(pipes: Sequence[Connection]) -> Iterator[tuple[Connection, Any]]:
    """Wait for the next words of some workers, for `EVERY` seconds at the most.

    Raises:
        ToolError: what a worker met, or that it is gone.
    """
    for pipe in wait(pipes, EVERY):
        assert isinstance(pipe, Connection)
        try:
            word = pipe.recv()
        except (EOFError, ConnectionResetError):
            raise ToolError(
                "A process that did its part of the work is gone.",
                "Was it killed, for want of memory perhaps? Try fewer --jobs.",
            ) from None
        if isinstance(word, ToolError):
            raise word
        yield pipe, word


def _work(pipe: Connection, task: Task, dsn: str, step_timeout: float) -> None:
    """Do a task, in a process of its own, until it has come to its end or nobody listens any more."""
    with suppress(BrokenPipeError, ConnectionResetError):
        try:
            with open_server(dsn=dsn) as server, Trials(server, step_timeout) as trials:
                for word in task(trials, pipe):
                    pipe.send(word)
        except ToolError as error:
            pipe.send(error)
