"""A campaign on several processes: each learns the target's calls, explores its share of them, and draws its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from multiprocessing.connection import Connection
from time import monotonic

from fuzz.campaign.campaign import Budget, Plan, fuzz_until, summary_of
from fuzz.campaign.confirmation import Confirmation
from fuzz.campaign.events import Ended, Event, Found, Progress, Summary
from fuzz.campaign.interruption import Interruption, interruptions
from fuzz.campaign.tally import Tally, Totals
from fuzz.campaign.workers import EVERY, Met, hear, workers
from fuzz.case import Case
from fuzz.lookup import find_target
from fuzz.trial import Trial
from fuzz.trials import Trials


@dataclass(frozen=True, slots=True)
class _Far:
    """How far a worker is, or how it ended.

    Attributes:
        totals: what it has counted in all.
        interleavings: the fingerprints of those that it has met since its last word.
        nondeterministic: signatures of violations that did not repeat, with the case as JSON text.
        ended: whether it has.
    """

    totals: Totals
    interleavings: Sequence[int]
    nondeterministic: Mapping[str, str]
    ended: bool


_Word = Met | _Far


def fuzz_together(jobs: int, trial: Trial, plan: Plan, checks: tuple[str, ...], dsn: str) -> Iterator[Event]:
    """Fuzz a target, as `fuzz` does, on several processes.

    Args:
        jobs: how many.
        trial: runs again what they find.
        plan: what is done; its budget is for all together.
        checks: names of the checks that apply; empty: the target's.
        dsn: the URL of the server, password included.

    Yields:
        What happens; the last event is `Ended`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    tasks = [partial(_fuzz, _share(plan, each, jobs), checks) for each in range(jobs)]
    together = _Together(trial, plan)
    with interruptions() as interruption:
        try:
            with workers(tasks, dsn, trial.stage.step_timeout, interruption) as pipes:
                together.pipes.extend(pipes)
                while not together.is_over():
                    interruption.check()
                    yield from interruption.told(together.hear())
        except KeyboardInterrupt:
            ended = replace(together.summary(), interrupted=True)
        else:
            ended = together.summary()
    yield Ended(ended)


def _share(plan: Plan, which: int, jobs: int) -> Plan:
    """One worker's plan; findings, and whether there is anything new, are for the other process to count."""
    cases = None if plan.budget.cases is None else len(range(which, plan.budget.cases, jobs))
    return replace(plan, share=(which, jobs), budget=Budget(plan.budget.seconds, cases))


class _Together:
    """What the workers have told.

    Attributes:
        pipes: to those that have begun, and have not ended.
    """

    def __init__(self, trial: Trial, plan: Plan) -> None:
        self.pipes: list[Connection] = []
        self._plan = plan
        self._tally = Tally()
        self._far: dict[Connection, _Far] = {}
        self._confirmation = Confirmation(trial, plan.seed, plan.postgres)

    def is_over(self) -> bool:
        """Whether all workers have ended, or are to end: what ends them by themselves is theirs to see."""
        budget = replace(self._plan.budget, seconds=None, cases=None)
        return not self.pipes or budget.is_spent(self._tally, len(self._confirmation.findings))

    def hear(self) -> Iterator[Event]:
        """Wait for the next words, and tell what they come to."""
        for pipe, word in hear(self.pipes):
            yield from self._heard(pipe, word)

    def summary(self) -> Summary:
        """How far all are together."""
        found = self._confirmation.findings
        doubtful = chain(
            self._confirmation.nondeterministic.items(), *(each.nondeterministic.items() for each in self._far.values())
        )
        return summary_of(
            self._plan,
            self._tally,
            self._confirmation,
            {signature: case for signature, case in doubtful if signature not in found},
        )

    def _heard(self, pipe: Connection, word: _Word) -> Iterator[Event]:
        match word:
            case Met():
                yield from self._confirm(pipe, word)
            case _Far():
                self._add(pipe, word)
                if word.ended:
                    self.pipes.remove(pipe)
        yield Progress(self.summary())

    def _add(self, pipe: Connection, far: _Far) -> None:
        if not self._far:
            self._tally = Tally()  # time begins when the first is ready, as it does where there is but one process
        before, self._far[pipe] = self._far.get(pipe), far
        cases = far.totals.cases - (before.totals.cases if before else 0)
        self._tally.interleavings.note(far.interleavings, cases, self._tally.elapsed_s)
        self._tally.totals = Totals()
        for each in self._far.values():
            self._tally.totals.add(each.totals)

    def _confirm(self, pipe: Connection, met: Met) -> Iterator[Event]:
        """Make a finding of what a worker has met, unless another one has met it, too; the others need not look."""
        if met.signature in self._confirmation:
            return
        for other in self.pipes:
            if other is not pipe:
                with suppress(BrokenPipeError):  # it has ended, and its last word has not been heard yet
                    other.send(met.signature)
        seen = (met.first_seen_s, met.first_seen_cases)
        finding = self._confirmation.confirm(met.signature, Case.loads(met.case), *seen)
        if finding is not None:
            yield Found(finding, self.summary())


class _Told(Interruption):
    """What a worker is told: what others have met, and, by the end of the pipe, to end.

    Attributes:
        met: the signatures.
    """

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self._pipe = pipe
        self.met: set[str] = set()

    def check(self) -> None:
        """Hear what there is to hear.

        Raises:
            KeyboardInterrupt: nobody listens any more.
        """
        try:
            while self._pipe.poll():
                self.met.add(self._pipe.recv())
        except (EOFError, ConnectionResetError, BrokenPipeError):
            raise KeyboardInterrupt from None
        super().check()


def _fuzz(plan: Plan, checks: tuple[str, ...], trials: Trials, pipe: Connection) -> Iterator[_Word]:
    """What a worker does."""
    trial = trials.of(find_target(plan.word), checks)
    told, tally = _Told(pipe), Tally()
    yield _Far(tally.totals, (), {}, ended=False)
    heard, known = monotonic(), 0
    for event in fuzz_until(told, trial, plan, tally, told.met):
        if isinstance(event, Found):
            yield Met.of(event.finding)
        elif isinstance(event, Ended) or monotonic() - heard >= EVERY:
            heard = monotonic()
            new = tally.interleavings.after(known)
            known += len(new)
            yield _Far(tally.totals, new, event.summary.nondeterministic, isinstance(event, Ended))
