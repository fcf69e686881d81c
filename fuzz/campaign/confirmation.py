"""A least case becomes a finding when it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from fuzz.case import Case
from fuzz.finding import Finding
from fuzz.trial import Trial, Verdict

REPLAYS = 3
"""How often a least case must repeat to be a finding."""


class Confirmation:
    """Runs least cases again; what does not repeat is no finding, and no pass either.

    Args:
        trial: runs and judges them.
        seed: what all that was drawn comes from.
        postgres: the server's version.
        elsewhere: signatures that another process looks after.

    Attributes:
        findings: signature -> what repeated, in the order in which it was met.
        nondeterministic: signature -> the case as JSON text, of what did not.
    """

    def __init__(self, trial: Trial, seed: int, postgres: str, elsewhere: AbstractSet[str] = frozenset()) -> None:
        self._trial = trial
        self._seed = seed
        self._postgres = postgres
        self._elsewhere = elsewhere
        self.findings: dict[str, Finding] = {}
        self.nondeterministic: dict[str, str] = {}

    def __contains__(self, signature: object) -> bool:
        """Whether a case with it has been run again, whatever came of that, or another process does so."""
        return signature in self.findings or signature in self.nondeterministic or signature in self._elsewhere

    def confirm(
        self, signature: str, case: Case, first_seen_s: float, first_seen_cases: int | None = None
    ) -> Finding | None:
        """Run a least case again, in tables as they are at first: what earlier cases left behind is no part of it.

        Args:
            signature: of the violation that it is to show each time.
            case: the least one.
            first_seen_s: when the violation was met, in seconds from the start.
            first_seen_cases: how many cases had been run then.

        Returns:
            The finding; None when it did not repeat.
        """
        with self._trial.like_new():
            replays = [self._trial(case) for _ in range(REPLAYS)]
        finding = self._repeated(signature, replays, first_seen_s, first_seen_cases)
        if finding is None:
            self.nondeterministic[signature] = case.dumps()
        else:
            self.findings[signature] = finding
        return finding

    def _repeated(
        self, signature: str, replays: Sequence[Verdict], first_seen_s: float, first_seen_cases: int | None
    ) -> Finding | None:
        first = replays[0]
        violation = first.violation(signature)
        if violation is None or not all(verdict.violation(signature) for verdict in replays):
            return None
        digest = first.history.digest()
        return Finding(
            violation=violation,
            others=tuple(other for other in first.violations if other is not violation),
            history=first.history,
            replays=len(replays),
            identical=sum(verdict.history.digest() == digest for verdict in replays),
            seed=self._seed,
            postgres=self._postgres,
            first_seen_s=first_seen_s,
            first_seen_cases=first_seen_cases,
        )
