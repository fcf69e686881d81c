"""The race matrix on several processes: each explores some of the operations in a scratch database of its own.

Cases cross from one process to another as text. What a worker has found is run again and confirmed by the process that
the user talks to, which alone makes findings of it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

from fuzz.campaign.confirmation import Confirmation
from fuzz.campaign.exploring import explore
from fuzz.campaign.interruption import interruptions
from fuzz.campaign.matrix import Explored, Matrix, MatrixEnded, MatrixEvent, PairExplored, Programs, RaceFound, Terms
from fuzz.case import Case
from fuzz.errors import ToolError
from fuzz.generate.meetings import Operations
from fuzz.lookup import find_target
from fuzz.postgres import open_server
from fuzz.trial import Trial
from fuzz.trials import Trials

Share = Mapping[Operations, Sequence[Programs]]

EVERY = 1.0
"""Seconds between two words of a worker on how far it is."""

PATIENCE = 30.0
"""Seconds that a worker is given to end."""


@dataclass(frozen=True, slots=True)
class _Met:
    """A worker has met a race.

    Attributes:
        signature: of the violation.
        case: the least case, as text.
        first_seen_s: seconds from the worker's start.
    """

    signature: str
    case: str
    first_seen_s: float


@dataclass(frozen=True, slots=True)
class _Far:
    """How far a worker is, its findings left out; or how it ended."""

    matrix: Matrix
    ended: bool = False


_Word = _Met | _Far | ToolError


def explore_together(jobs: int, trial: Trial, meetings: Share, terms: Terms, dsn: str) -> Iterator[MatrixEvent]:
    """Explore pairs of programs, as `explore` does, on several processes.

    Args:
        jobs: how many.
        trial: runs again what they find.
        meetings: two operations -> their programs.
        terms: at which levels, for how long.
        dsn: the URL of the server, password included.

    Yields:
        What happens; the last event is `MatrixEnded`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    operations = list(meetings)
    shares = [{each: meetings[each] for each in operations[first::jobs]} for first in range(jobs)]
    with interruptions() as interruption, _workers(shares, terms, dsn, trial.stage.step_timeout) as pipes:
        together = _Together(trial, meetings, terms, pipes)
        try:
            while together.pipes:
                interruption.check()
                yield from interruption.told(together.hear())
        except KeyboardInterrupt:
            ended = replace(together.so_far(), interrupted=True)
        else:
            ended = together.so_far()
    yield MatrixEnded(ended)


class _Together:
    """What the workers have told.

    Attributes:
        pipes: to those that have not ended.
    """

    def __init__(self, trial: Trial, meetings: Share, terms: Terms, pipes: Sequence[Connection]) -> None:
        self.pipes = list(pipes)
        self._cells = {operations: _not_begun(pairs, terms) for operations, pairs in meetings.items()}
        self._terms = terms
        self._start = monotonic()
        self._far: dict[Connection, Matrix] = {}
        self._confirmation = Confirmation(trial, terms.seed, terms.postgres)

    def hear(self) -> Iterator[MatrixEvent]:
        """Wait for the next words, and tell what they come to."""
        for pipe in wait(self.pipes, EVERY):
            assert isinstance(pipe, Connection)
            try:
                word: _Word = pipe.recv()
            except EOFError:
                raise ToolError(
                    "A process that explored its part of the matrix is gone.",
                    "Was it killed, for want of memory perhaps? Try fewer --jobs.",
                ) from None
            yield from self._heard(pipe, word)

    def so_far(self) -> Matrix:
        """How far all are together."""
        each = self._far.values()
        doubtful = [self._confirmation.nondeterministic, *(matrix.nondeterministic for matrix in each)]
        return Matrix(
            self._terms,
            monotonic() - self._start,
            sum(matrix.runs for matrix in each),
            dict(chain(self._cells.items(), *(matrix.cells.items() for matrix in each))),
            tuple(self._confirmation.findings.values()),
            dict(chain.from_iterable(cases.items() for cases in doubtful)),
        )

    def _heard(self, pipe: Connection, word: _Word) -> Iterator[MatrixEvent]:
        match word:
            case _Met():
                yield from self._confirm(word)
            case _Far(matrix, ended):
                self._far[pipe] = matrix
                if ended:
                    self.pipes.remove(pipe)
                yield PairExplored(self.so_far)
            case ToolError():
                raise word

    def _confirm(self, met: _Met) -> Iterator[MatrixEvent]:
        """Make a finding of what a worker has met, unless another one has met it, too."""
        if met.signature in self._confirmation:
            return
        finding = self._confirmation.confirm(met.signature, Case.loads(met.case), met.first_seen_s)
        if finding is not None:
            yield RaceFound(finding)


def _not_begun(pairs: Sequence[Programs], terms: Terms) -> tuple[Explored, ...]:
    """The cell of two operations before a worker has told of it: without it, they would seem not to meet."""
    return tuple(Explored(pair, level, 0, 1, {}, 0, 0) for level in terms.isolation for pair in pairs)


@contextmanager
def _workers(shares: Sequence[Share], terms: Terms, dsn: str, step_timeout: float) -> Iterator[Sequence[Connection]]:
    """Start a worker for each share; within the block, there is a pipe to each."""
    context = get_context("spawn")  # a server's connections, and greenlets, do not survive a fork
    pipes: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        for share in shares:
            ours, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, share, terms, dsn, step_timeout), daemon=True)
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


def _work(pipe: Connection, share: Share, terms: Terms, dsn: str, step_timeout: float) -> None:
    """Explore a share, in a process of its own, until it has come to its end or nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other process' to answer
    with suppress(BrokenPipeError, ConnectionResetError):
        try:
            with open_server(dsn=dsn) as server, Trials(server, step_timeout) as trials:
                for word in _words(explore(trials.of(find_target(terms.target)), share, terms)):
                    pipe.send(word)
        except ToolError as error:
            pipe.send(error)


def _words(events: Iterator[MatrixEvent]) -> Iterator[_Word]:
    told = monotonic()
    for event in events:
        match event:
            case RaceFound(finding):
                yield _Met(finding.violation.signature, finding.history.case.dumps(), finding.first_seen_s)
            case PairExplored(matrix) if monotonic() - told >= EVERY:
                told = monotonic()
                yield _Far(replace(matrix(), findings=()))
            case MatrixEnded(matrix):
                yield _Far(replace(matrix, findings=()), ended=True)
