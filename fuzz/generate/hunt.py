"""One batch of cases from a state machine, and the shrinking of the first new violation in it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from math import comb

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from fuzz.generate.machine import Abort, CaseMachine
from fuzz.trial import Verdict
from fuzz.violations import Violation

SHRINKS = 200
"""Executions that Hypothesis may take to shrink; an exact stage of our own follows."""

IN_VAIN = 10
"""As many for each two of its calls that may follow each other without a smaller case: of few calls, the exact stage
finds the least sooner."""


class Enough(BaseException):
    """Ends a batch at once: time is up, or the shrinking has had its share. Hypothesis lets it through."""


@dataclass(slots=True)
class Hunt:
    """Looks at what comes of each case of a batch.

    Attributes:
        known: signatures that are findings already; they do not end the batch.
        note: told of each verdict, before a violation is raised; tells the time since the campaign's start.
        is_over: whether no further case is to be begun, asked while nothing is being shrunk.
        wanted: the signature that is being shrunk.
        least: the verdict of the smallest case with it so far.
        met_s: when the violation was met, in seconds from the campaign's start.
    """

    known: Container[str]
    note: Callable[[Verdict], float]
    is_over: Callable[[], bool]
    wanted: str | None = None
    least: Verdict | None = None
    met_s: float = 0.0
    _shrinks: int = field(default=0)
    _in_vain: int = field(default=0)

    @property
    def is_raw(self) -> bool:
        """Whether Hypothesis has not tried to shrink what was found: it has not drawn it."""
        return self.wanted is not None and not self._shrinks

    def begin(self) -> None:
        """A case is about to begin.

        Raises:
            Enough: when it must not.
        """
        if self.wanted is None:
            if self.is_over():
                raise Enough
            return
        self._shrinks += 1
        self._in_vain += 1
        calls = 0 if self.least is None else self.least.history.case.calls
        if self._shrinks > SHRINKS or self._in_vain > IN_VAIN * comb(calls, 2):
            raise Enough

    def examine(self, verdict: Verdict, driven: bool = False) -> None:
        """Look at a verdict.

        Args:
            verdict: of a case.
            driven: whether a strategy drove it, whose schedules Hypothesis cannot shrink before they are re-encoded.

        Raises:
            Violation: the one that is being shrunk, or the most telling, if that is not known.
            Enough: a violation was found that is not to be shrunk here.
        """
        if self.wanted is None:
            self.met_s = self.note(verdict)
            telling = next((found.signature for found in verdict.violations), None)
            self.wanted = None if telling is None or telling in self.known else telling
        violation = verdict.violation(self.wanted) if self.wanted else None
        if violation is None:
            return
        if self.least is None or _size(verdict) < _size(self.least):
            self._in_vain = 0
        if self.least is None or _size(verdict) <= _size(self.least):
            self.least = verdict
        if driven:
            raise Enough
        raise violation

    def look_through(self, verdicts: Iterator[Verdict], most: int) -> None:
        """Let cases be run, one by one, up to the first new violation.

        Args:
            verdicts: runs the next case when asked for what came of it.
            most: how many.
        """
        with suppress(Enough, Violation, StopIteration):
            for _ in range(most):
                self.begin()
                self.examine(next(verdicts))

    def run(self, machine: type[CaseMachine], seed: int, turns: int, cases: int) -> None:
        """Draw a batch of cases.

        Args:
            machine: made with this hunt's `examine`.
            seed: of the batch.
            turns: how many a case has.
            cases: how many to draw.

        Raises:
            ToolError: what the machine met.
        """
        try:
            run_state_machine_as_test(seeded(seed)(machine), settings=_settings(turns, cases))
        except (Enough, Violation, Flaky):
            return
        except Abort as abort:
            raise abort.error from None


def _settings(turns: int, cases: int) -> settings:
    return settings(
        max_examples=cases,
        stateful_step_count=turns,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink],
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] # an odd metaclass
        verbosity=Verbosity.quiet,
    )


def _size(verdict: Verdict) -> tuple[int, int, int]:
    history = verdict.history
    return history.case.calls, history.switches, len(history.steps)
