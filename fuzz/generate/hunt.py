"""One batch of cases from a state machine, and the shrinking of the first new violation in it."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from fuzz.generate.machine import Abort, CaseMachine
from fuzz.trial import Verdict
from fuzz.violations import Violation

BATCH = 100
"""Cases drawn from one seed."""

LENGTH = 10
"""Rules in a case."""

SHRINKS = 200
"""Executions that Hypothesis may take to shrink; an exact stage of our own follows."""


class Enough(BaseException):
    """Ends a batch at once: time is up, or the shrinking has had its share. Hypothesis lets it through."""


@dataclass(slots=True)
class Hunt:
    """Looks at what comes of each case of a batch.

    Attributes:
        known: signatures that are findings already; they do not end the batch.
        note: told of each verdict before a violation is raised.
        is_over: whether no further case is to be begun, asked while nothing is being shrunk.
        wanted: the signature that is being shrunk.
        least: the verdict of the smallest case with it so far.
    """

    known: Container[str]
    note: Callable[[Verdict], None]
    is_over: Callable[[], bool]
    wanted: str | None = None
    least: Verdict | None = None
    _shrinks: int = field(default=0)

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
        if self._shrinks > SHRINKS:
            raise Enough

    def examine(self, verdict: Verdict) -> None:
        """Look at a verdict.

        Raises:
            Violation: the one that is being shrunk, or the first that is not known.
        """
        if self.wanted is None:
            self.note(verdict)
            new = (found.signature for found in verdict.violations if found.signature not in self.known)
            self.wanted = next(new, None)
        violation = verdict.violation(self.wanted) if self.wanted else None
        if violation is None:
            return
        if self.least is None or _size(verdict) <= _size(self.least):
            self.least = verdict
        raise violation

    def run(self, machine: type[CaseMachine], seed: int, cases: int = BATCH) -> None:
        """Draw a batch of cases.

        Args:
            machine: made with this hunt's `examine`.
            seed: of the batch.
            cases: how many, at the most.

        Raises:
            ToolError: what the machine met.
        """
        try:
            run_state_machine_as_test(seeded(seed)(machine), settings=_settings(cases))
        except (Enough, Violation, Flaky):
            return
        except Abort as abort:
            raise abort.error from None


def _settings(cases: int) -> settings:
    return settings(
        max_examples=cases,
        stateful_step_count=LENGTH,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink],
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


def _size(verdict: Verdict) -> tuple[int, int, int]:
    history = verdict.history
    return history.case.calls, history.switches, len(history.steps)
