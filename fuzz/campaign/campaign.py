"""A campaign: pairs of calls that are explored and batches from the state machine, until the budget is spent."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fuzz.campaign.confirmation import Confirmation
from fuzz.campaign.events import Ended, Event, Found, Progress, Shrinking, Summary
from fuzz.campaign.garbage import no_garbage_so_far
from fuzz.campaign.interruption import Interruption, interruptions
from fuzz.campaign.tally import Tally
from fuzz.case import ISOLATION, Call
from fuzz.generate.calls import simpler
from fuzz.generate.hunt import Hunt
from fuzz.generate.lessons import Lessons
from fuzz.generate.machine import DRAWN, TURNS, machine_of
from fuzz.generate.reencoding import shrink_as_drawn
from fuzz.generate.sweep import Sweep
from fuzz.minimise import Minimiser
from fuzz.strategies import STRATEGIES
from fuzz.trial import Trial

MIX = (DRAWN, *STRATEGIES)
"""All strategies: none wins everywhere."""

SLICE = 800
"""Cases of the sweep between two batches of the state machine."""


@dataclass(frozen=True, slots=True)
class Budget:
    """When a campaign ends; None: not for that reason.

    Attributes:
        seconds: since its start; a finding that is being minimised is finished.
        cases: drawn, those of minimising not counted.
        findings: made.
        plateau: whether to end when new interleavings have become rare.
    """

    seconds: float | None = None
    cases: int | None = None
    findings: int | None = None
    plateau: bool = False


def campaign(
    trial: Trial,
    *,
    word: str,
    seed: int,
    isolation: tuple[str, ...],
    sessions: int,
    budget: Budget,
    postgres: str,
    strategies: Sequence[str] = MIX,
) -> Iterator[Event]:
    """Fuzz a target.

    Args:
        trial: runs and judges its cases.
        word: the TARGET word, for the cases.
        seed: of everything that is drawn.
        isolation: the levels to run at, as keys of `fuzz.case.ISOLATION`.
        sessions: how many a case has.
        budget: when to end.
        postgres: the server's version.
        strategies: that drive cases, one drawn for each: keys of `fuzz.strategies.STRATEGIES`, and `DRAWN`.

    Yields:
        What happens; the last event is `Ended`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    with interruptions() as interruption:
        ongoing = _Campaign(trial, word, seed, isolation, sessions, budget, postgres, strategies, interruption)
        try:
            with no_garbage_so_far():
                while not ongoing.is_over():
                    yield from interruption.told(ongoing.batch())
        except KeyboardInterrupt:
            ended = replace(ongoing.summary(), interrupted=True)
        else:
            ended = ongoing.summary()
    yield Ended(ended)


class _Campaign:
    def __init__(
        self,
        trial: Trial,
        word: str,
        seed: int,
        isolation: tuple[str, ...],
        sessions: int,
        budget: Budget,
        postgres: str,
        strategies: Sequence[str],
        interruption: Interruption,
    ) -> None:
        self._trial = trial
        self._word = word
        self._seed = seed
        self._isolation = isolation
        self._sessions = sessions
        self._budget = budget
        self._postgres = postgres
        self._strategies = strategies
        self._interruption = interruption
        self._seeds = random.Random(seed)  # noqa: S311 - a campaign must repeat
        self._tally = Tally()
        self._lessons = Lessons(trial, word, seed)
        self._sweep = Sweep(trial, self._lessons, word, isolation, seed, sessions).verdicts()
        self._confirmation = Confirmation(trial, seed, postgres)

    def is_over(self) -> bool:
        """Whether the budget is spent."""
        self._interruption.check()
        budget = self._budget
        return (
            (budget.seconds is not None and self._tally.elapsed_s >= budget.seconds)
            or (budget.cases is not None and self._tally.cases >= budget.cases)
            or (budget.findings is not None and len(self._confirmation.findings) >= budget.findings)
            or (budget.plateau and self._tally.has_dried_up)
        )

    def batch(self) -> Iterator[Event]:
        """Run a slice of the sweep, then a batch from the state machine."""
        yield from self._slice()
        yield from self._follow(self._draw())

    def _slice(self) -> Iterator[Event]:
        """Run the next cases of the sweep, whatever is found on the way."""
        end = self._tally.cases + SLICE
        found = True
        while found and not self.is_over():
            hunt = self._hunt()
            hunt.look_through(self._sweep, end - self._tally.cases)
            found = hunt.wanted is not None
            yield from self._follow(hunt)

    def _draw(self) -> Hunt:
        """Draw a batch of cases from the state machine."""
        hunt = self._hunt()
        palettes = self._lessons.palettes()

        def prepare() -> Trial:
            hunt.begin()
            return self._trial

        machine = machine_of(
            word=self._word,
            learnt=lambda: palettes,
            bounds=(len(palettes), palettes.choices(self._sessions)),
            sessions=self._sessions,
            isolation=self._isolation,
            chance=self._seed,
            prepare=prepare,
            examine=hunt.examine,
            strategies=self._strategies,
        )
        hunt.run(machine, self._seeds.getrandbits(32), TURNS[self._trial.stage.target.session_scope])
        return hunt

    def _hunt(self) -> Hunt:
        return Hunt(self._confirmation, self._tally.note, self.is_over)

    def _follow(self, hunt: Hunt) -> Iterator[Event]:
        """Make a finding of what a hunt has brought."""
        yield Progress(self.summary())
        if hunt.wanted is not None and hunt.least is not None:
            violation = hunt.least.violation(hunt.wanted)
            assert violation is not None
            yield Shrinking(violation.kind, self.summary())
            if hunt.is_raw:
                shrink_as_drawn(hunt, self._trial)
            levels = [level for level in ISOLATION if level in self._isolation]
            least = Minimiser(self._trial, hunt.wanted, levels)(hunt.least, self._simpler)
            finding = self._confirmation.confirm(hunt.wanted, least.history.case, hunt.met_s)
            if finding is not None:
                yield Found(finding, self.summary())

    def _simpler(self, call: Call) -> list[Call]:
        return simpler(call, self._lessons.calls)

    def summary(self) -> Summary:
        """How far the campaign is."""
        findings = self._confirmation.findings
        return Summary(
            target=self._word,
            seed=self._seed,
            postgres=self._postgres,
            isolation=self._isolation,
            elapsed_s=self._tally.elapsed_s,
            cases=self._tally.cases,
            steps=self._tally.steps,
            distinct_interleavings=self._tally.interleavings,
            last_new_s=self._tally.last_new_s,
            fails_alone=tuple(sorted(self._tally.alone)),
            findings=tuple(findings.values()),
            times_seen={signature: self._tally.seen[signature] for signature in findings},
            nondeterministic=dict(self._confirmation.nondeterministic),
            counts=self._tally.counts,
            interrupted=False,
            dried_up=self._tally.has_dried_up,
        )
