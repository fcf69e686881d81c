"""The race matrix on several processes: each is handed some pairs to explore, and some more when it is through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import Connection
from time import monotonic

from fuzz.campaign.exploring import explore, units
from fuzz.campaign.interruption import interruptions
from fuzz.campaign.matrix import (
    Agenda,
    Explored,
    Matrix,
    MatrixEnded,
    MatrixEvent,
    PairExplored,
    RaceFound,
    Terms,
    Unit,
)
from fuzz.campaign.sightings import Sightings
from fuzz.campaign.workers import EVERY, Met, hear, workers
from fuzz.case import Case
from fuzz.generate.meetings import Operations
from fuzz.lookup import find_target
from fuzz.trial import Trial
from fuzz.trials import Trials

HANDFUL = 4
"""Units that a worker is handed at once: they take it longer than to be handed them, and are done soon at the end."""

SELDOM = 50
"""How many times as long as a word took a worker says none: of thousands of pairs it takes as long as some runs."""


@dataclass(frozen=True, slots=True)
class _Far:
    """How far a worker is, its findings left out; or how it ended."""

    matrix: Matrix
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _More:
    """A worker asks for units."""


_Word = Met | _Far | _More


def explore_together(jobs: int, trial: Trial, agenda: Agenda, dsn: str) -> Iterator[MatrixEvent]:
    """Explore pairs of programs, as `explore` does, on several processes.

    Args:
        jobs: how many.
        trial: runs again what they find.
        agenda: what is to be done.
        dsn: the URL of the server, password included.

    Yields:
        What happens; the last event is `MatrixEnded`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    tasks = [partial(_explore, agenda.terms)] * jobs
    together = _Together(trial, agenda)
    with interruptions() as interruption:
        try:
            with workers(tasks, dsn, trial.stage.step_timeout, interruption) as pipes:
                together.pipes.extend(pipes)
                yield from interruption.told(together.sightings.begin(agenda.wrong))
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
        pipes: to those that have begun, and have not ended.
        sightings: makes findings of what is seen in this process.
    """

    def __init__(self, trial: Trial, agenda: Agenda) -> None:
        self.pipes: list[Connection] = []
        self._left = units(agenda.share)
        self._cells = {
            operations: [Explored(pair, level, 0, 1, {}, 0, 0) for pair in pairs for level in agenda.terms.isolation]
            for operations, pairs in agenda.share.items()
        }
        self._terms = agenda.terms
        self._start = monotonic()
        self._far: dict[Connection, Matrix] = {}
        self.sightings = Sightings(trial, agenda.terms)
        self._confirmation = self.sightings.confirmation

    def hear(self) -> Iterator[MatrixEvent]:
        """Wait for the next words, and tell what they come to."""
        for pipe, word in hear(self.pipes):
            yield from self._heard(pipe, word)

    def so_far(self) -> Matrix:
        """How far all are together."""
        each = self._far.values()
        known = {
            _key(operations, one): one for matrix in each for operations, cell in matrix.cells.items() for one in cell
        }
        doubtful = [self._confirmation.nondeterministic, *(matrix.nondeterministic for matrix in each)]
        return Matrix(
            self._terms,
            monotonic() - self._start,
            sum(matrix.runs for matrix in each),
            {name: tuple(known.get(_key(name, one), one) for one in cell) for name, cell in self._cells.items()},
            tuple(self._confirmation.findings.values()),
            dict(chain.from_iterable(cases.items() for cases in doubtful)),
        )

    def _heard(self, pipe: Connection, word: _Word) -> Iterator[MatrixEvent]:
        match word:
            case Met():
                yield from self._confirm(word)
            case _More():
                with suppress(BrokenPipeError):  # who is gone is told of when it is heard
                    pipe.send(list(islice(self._left, HANDFUL)))
            case _Far(matrix, ended):
                self._far[pipe] = matrix
                if ended:
                    self.pipes.remove(pipe)
                yield PairExplored(self.so_far)

    def _confirm(self, met: Met) -> Iterator[MatrixEvent]:
        """Make a finding of what a worker has met, unless another one has met it, too."""
        if met.signature in self._confirmation:
            return
        seen = (met.first_seen_s, met.first_seen_cases)
        finding = self._confirmation.confirm(met.signature, Case.loads(met.case), *seen)
        if finding is not None:
            yield RaceFound(finding)


def _key(operations: Operations, explored: Explored) -> tuple[object, ...]:
    """Programs of two operations at a level, in whichever process they are explored."""
    return operations, *map(str, explored.invoked), explored.isolation


def _handed(pipe: Connection) -> Iterator[Unit]:
    """What a worker is handed, until there is no more."""
    with suppress(EOFError, ConnectionResetError):  # nobody listens any more
        pipe.send(_More())
        while handful := pipe.recv():
            yield from handful
            pipe.send(_More())


def _explore(terms: Terms, trials: Trials, pipe: Connection) -> Iterator[_Word]:
    """What a worker does."""
    told, took = monotonic(), 0.0
    for event in explore(trials.of(find_target(terms.target)), Agenda({}, terms), _handed(pipe)):
        match event:
            case RaceFound(finding):
                yield Met.of(finding)
            case PairExplored(matrix) if (began := monotonic()) - told >= max(EVERY, SELDOM * took):
                yield _Far(replace(matrix(), findings=()))
                told = monotonic()  # when it has been sent
                took = told - began
            case MatrixEnded(matrix):
                yield _Far(replace(matrix, findings=()), ended=True)
