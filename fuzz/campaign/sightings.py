"""Makes findings of what an exploration sees: the least case that shows it, run again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fuzz.campaign.confirmation import Confirmation
from fuzz.campaign.matrix import RaceFound, Terms
from fuzz.case import ISOLATION
from fuzz.generate.calls import simpler
from fuzz.minimise import Minimiser
from fuzz.trial import Trial, Verdict


class Sightings:
    """What is seen, and what came of it.

    Args:
        trial: runs and judges.
        terms: of the exploration.

    Attributes:
        confirmation: of what was found.
    """

    def __init__(self, trial: Trial, terms: Terms) -> None:
        self._trial = trial
        self._terms = terms
        self.confirmation = Confirmation(trial, terms.seed, terms.postgres)

    def begin(self, wrong: Iterable[Verdict]) -> Iterator[RaceFound]:
        """Make findings of what was run alone before the start: whoever meets nobody is never run again.

        Args:
            wrong: what has a violation without any concurrency.
        """
        for verdict in wrong:
            yield from self.find(verdict, 0.0)

    def find(self, verdict: Verdict, seen_s: float) -> Iterator[RaceFound]:
        """Make a finding of the most telling violation, if that is not known.

        Args:
            verdict: of what was run.
            seen_s: when, in seconds from the start.
        """
        for violation in verdict.violations[:1]:
            if violation.signature not in self.confirmation:
                least = self._least(verdict, violation.signature)
                finding = self.confirmation.confirm(violation.signature, least.history.case, seen_s)
                if finding is not None:
                    yield RaceFound(finding)

    def _least(self, verdict: Verdict, signature: str) -> Verdict:
        levels = [level for level in ISOLATION if level in self._terms.isolation]
        minimise = Minimiser(self._trial, signature, levels)
        return minimise(verdict, lambda call: simpler(call, self._terms.calls))
