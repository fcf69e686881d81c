"""What a campaign counts."""

from __future__ import annotations

from collections import Counter, deque
from time import monotonic

from fuzz.checks.counts import Counts
from fuzz.trial import Verdict

PLATEAU = 500
"""Cases that are looked back on to tell whether interleavings are still new."""

FEW = 5
"""New ones among them with which they have dried up."""


class Tally:
    """Counts cases, steps, and what is new in them.

    Attributes:
        cases: how many were run.
        steps: how many steps these took.
        interleavings: how many classes of equivalent interleavings were met, of whatever programs.
        last_new_s: when the last of them was new, in seconds from the start.
        alone: (operation, exception) pairs that need no concurrency.
        seen: a violation's signature -> in how many cases it was met.
        counts: what the calls did, and how they were refused.
    """

    def __init__(self) -> None:
        self._start = monotonic()
        self._known: set[int] = set()
        self._were_new: deque[bool] = deque(maxlen=PLATEAU)
        self.cases = 0
        self.steps = 0
        self.last_new_s = 0.0
        self.alone: set[tuple[str, str]] = set()
        self.seen: Counter[str] = Counter()
        self.counts = Counts()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return monotonic() - self._start

    @property
    def interleavings(self) -> int:
        """How many classes of equivalent interleavings were met, of whatever programs."""
        return len(self._known)

    @property
    def has_dried_up(self) -> bool:
        """Whether hardly any of the last cases was new: more of them would tell little."""
        return len(self._were_new) == PLATEAU and sum(self._were_new) <= FEW

    def note(self, verdict: Verdict) -> float:
        """Count a case.

        Returns:
            Seconds since the start.
        """
        self.cases += 1
        self.steps += len(verdict.history.steps)
        self.alone.update(verdict.alone)
        self.seen.update({violation.signature for violation in verdict.violations})
        self.counts.add(verdict.counts)
        interleaving = _fingerprint(verdict)
        self._were_new.append(interleaving not in self._known)
        if interleaving not in self._known:
            self._known.add(interleaving)
            self.last_new_s = self.elapsed_s
        return self.elapsed_s


def _fingerprint(verdict: Verdict) -> int:
    """Equal for the same programs in equivalent interleavings."""
    case = verdict.history.case
    programs = tuple((session, tuple(map(str, calls))) for session, calls in case.programs.items())
    return hash((case.isolation, programs, verdict.trace.events))
