"""A campaign: pairs of calls that are explored and batches from the state machine, until the budget is spent."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
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
"""Cases of the sweep between two batches of the state machine, at the most."""

BATCH = 200
"""Cases of such a batch, at the most."""

FIRST_SLICE = 50
"""Cases of the first slice; they double from one to the next, so that something is drawn in a short campaign, too."""

TOLD = 40
"""Cases of the sweep after which it is told how far the campaign is."""


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

    def is_spent(self, tally: Tally, findings: int) -> bool:
        """Whether a campaign is to end that has counted so much, and made so many findings."""
        return (
            (self.seconds is not None and tally.elapsed_s >= self.seconds)
            or (self.cases is not None and tally.totals.cases >= self.cases)
            or (self.findings is not None and findings >= self.findings)
            or (self.plateau and tally.interleavings.have_dried_up)
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign does.

    Attributes:
        word: the TARGET word, for the cases.
        seed: of everything that is drawn.
        isolation: the levels to run at, as keys of `fuzz.case.ISOLATION`.
        sessions: how many a case has.
        budget: when to end.
        postgres: the server's version.
        strategies: that drive cases, one drawn for each: keys of `fuzz.strategies.STRATEGIES`, and `DRAWN`.
        share: of several processes, which one this is, and how many there are. Each sweeps other calls, and draws
            others.
    """

    word: str
    seed: int
    isolation: tuple[str, ...]
    sessions: int
    budget: Budget
    postgres: str
    strategies: Sequence[str] = MIX
    share: tuple[int, int] = (0, 1)


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
    """Fuzz a target in this process; arguments as of `Plan`, and of `fuzz`."""
    return fuzz(trial, Plan(word, seed, isolation, sessions, budget, postgres, strategies))


def fuzz(trial: Trial, plan: Plan) -> Iterator[Event]:
    """Fuzz a target.

    Args:
        trial: runs and judges its cases.
        plan: what is done.

    Yields:
        What happens; the last event is `Ended`, also when the user interrupts.

    Raises:
        ToolError: when the target or the server does not let it go on.
    """
    with interruptions() as interruption:
        yield from fuzz_until(interruption, trial, plan, Tally())


def fuzz_until(
    interruption: Interruption, trial: Trial, plan: Plan, tally: Tally, elsewhere: AbstractSet[str] = frozenset()
) -> Iterator[Event]:
    """Fuzz a target, as `fuzz` does, for whoever looks after Ctrl-C and counts.

    Args:
        interruption: asked before every case.
        trial: runs and judges its cases.
        plan: what is done.
        tally: counts.
        elsewhere: signatures that another process has met; asked whenever there is a violation.
    """
    ongoing = _Campaign(trial, plan, tally, interruption, elsewhere)
    try:
        with no_garbage_so_far():
            while not ongoing.is_over():
                yield from interruption.told(ongoing.batch())
    except KeyboardInterrupt:
        ended = replace(ongoing.summary(), interrupted=True)
    else:
        ended = ongoing.summary()
    yield Ended(ended)


def summary_of(plan: Plan, tally: Tally, confirmation: Confirmation, nondeterministic: Mapping[str, str]) -> Summary:
    """How far a campaign is.

    Args:
        plan: what it does.
        tally: what was counted.
        confirmation: what was found.
        nondeterministic: signatures of violations that did not repeat, with the case as JSON text.
    """
    findings, totals, interleavings = confirmation.findings, tally.totals, tally.interleavings
    return Summary(
        target=plan.word,
        seed=plan.seed,
        postgres=plan.postgres,
        isolation=plan.isolation,
        elapsed_s=tally.elapsed_s,
        cases=totals.cases,
        steps=totals.steps,
        distinct_interleavings=len(interleavings),
        last_new_s=interleavings.last_new_s,
        fails_alone=tuple(sorted(totals.alone)),
        findings=tuple(findings.values()),
        times_seen={signature: totals.seen[signature] for signature in findings},
        nondeterministic=dict(nondeterministic),
        counts=totals.counts,
        interrupted=False,
        dried_up=interleavings.have_dried_up,
    )


class _Campaign:
    def __init__(
        self, trial: Trial, plan: Plan, tally: Tally, interruption: Interruption, elsewhere: AbstractSet[str]
    ) -> None:
        self._trial = trial
        self._plan = plan
        self._tally = tally
        self._interruption = interruption
        self._slice = FIRST_SLICE
        self._seeds = _seeds(plan)
        self._lessons = Lessons(trial, plan.word, plan.seed)
        self._sweep = Sweep(
            trial, self._lessons, plan.word, plan.isolation, plan.seed, plan.sessions, plan.share
        ).verdicts()
        self._confirmation = Confirmation(trial, plan.seed, plan.postgres, elsewhere)

    def is_over(self) -> bool:
        """Whether the budget is spent."""
        self._interruption.check()
        return self._plan.budget.is_spent(self._tally, len(self._confirmation.findings))

    def batch(self) -> Iterator[Event]:
        """Run a slice of the sweep, then a batch from the state machine."""
        cases = min(self._slice, SLICE)
        self._slice = 2 * cases
        yield from self._sweep_on(cases)
        yield from self._follow(self._draw(self._batch_after(cases)))

    def _batch_after(self, swept: int) -> int:
        """How many cases to draw: as many as were swept, if strategies were named, and else few at first.

        What the sweep begins with finds more than what is drawn; of what it goes on to that is not so.
        """
        return swept if self._plan.strategies != MIX else max(BATCH * swept**2 // SLICE**2, 1)

    def _sweep_on(self, cases: int) -> Iterator[Event]:
        """Run the next cases of the sweep, whatever is found on the way."""
        totals = self._tally.totals
        end, before = totals.cases + cases, -1
        while before < totals.cases < end and not self.is_over():
            hunt, before = self._hunt(), totals.cases
            hunt.look_through(self._sweep, min(TOLD, end - totals.cases))
            yield from self._follow(hunt)

    def _draw(self, cases: int) -> Hunt:
        """Draw a batch of cases from the state machine."""
        hunt = self._hunt()
        palettes = self._lessons.palettes()

        def prepare() -> Trial:
            hunt.begin()
            return self._trial

        machine = machine_of(
            word=self._plan.word,
            learnt=lambda: palettes,
            bounds=(len(palettes), palettes.choices(self._plan.sessions)),
            sessions=self._plan.sessions,
            isolation=self._plan.isolation,
            chance=self._plan.seed,
            prepare=prepare,
            examine=hunt.examine,
            strategies=self._plan.strategies,
        )
        hunt.run(machine, self._seeds.getrandbits(32), TURNS[self._trial.stage.target.session_scope], cases)
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
            levels = [level for level in ISOLATION if level in self._plan.isolation]
            least = Minimiser(self._trial, hunt.wanted, levels)(hunt.least, self._simpler)
            # Since the sighting, cases have been run to shrink it only, which do not count.
            finding = self._confirmation.confirm(hunt.wanted, least.history.case, hunt.met_s, self._tally.totals.cases)
            if finding is not None:
                yield Found(finding, self.summary())

    def _simpler(self, call: Call) -> list[Call]:
        return simpler(call, self._lessons.calls)

    def summary(self) -> Summary:
        """How far the campaign is."""
        return summary_of(self._plan, self._tally, self._confirmation, self._confirmation.nondeterministic)


def _seeds(plan: Plan) -> random.Random:
    """The seeds of batches: of several processes, each has others."""
    first = plan.seed if plan.share == (0, 1) else repr((plan.seed, plan.share))
    return random.Random(first)  # noqa: S311 - a campaign must repeat
