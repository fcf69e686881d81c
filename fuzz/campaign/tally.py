"""What a campaign counts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from time import monotonic

from fuzz.checks.counts import Counts
from fuzz.trial import Verdict

PLATEAU = 500
"""Cases that are looked back on to tell whether interleavings are still new."""

FEW = 5
"""New ones among them with which they have dried up."""


@dataclass(slots=True)
class Totals:
    """Sums over cases.

    Attributes:
        cases: how many were run.
        steps: how many steps these took.
        alone: (operation, exception) pairs that need no concurrency.
        seen: a violation's signature -> in how many cases it was met.
        counts: what the calls did, and how they were refused.
    """

    cases: int = 0
    steps: int = 0
    alone: set[tuple[str, str]] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    counts: Counts = field(default_factory=Counts)

    def add(self, other: Totals) -> None:
        """Add another's sums."""
        self.cases += other.cases
        self.steps += other.steps
        self.alone |= other.alone
        self.seen += other.seen
        self.counts.add(other.counts)

    def note(self, verdict: Verdict) -> None:
        """Count a case."""
        self.cases += 1
        self.steps += len(verdict.history.steps)
        self.alone.update(verdict.alone)
        self.seen.update({violation.signature for violation in verdict.violations})
        self.counts.add(verdict.counts)


class Interleavings:
    """Which classes of equivalent interleavings have been met, of whatever programs.

    Attributes:
        last_new_s: when the last of them was new, in seconds from the start.
    """

    def __init__(self) -> None:
        self._known: dict[int, None] = {}
        self._were_new: deque[bool] = deque(maxlen=PLATEAU)
        self.last_new_s = 0.0

    def __len__(self) -> int:
        return len(self._known)

    @property
    def have_dried_up(self) -> bool:
        """Whether hardly any of the last cases was new: more of them would tell little."""
        return len(self._were_new) == PLATEAU and sum(self._were_new) <= FEW

    def after(self, number: int) -> Sequence[int]:
        """Those that were met after so many others."""
        return list(islice(self._known, number, None))

    def note(self, fingerprints: Collection[int], cases: int, elapsed_s: float) -> None:
        """Some cases have been run.

        Args:
            fingerprints: of their interleavings, as `fingerprint` gives them.
            cases: how many; they may be more.
            elapsed_s: seconds since the start.
        """
        new = [each for each in fingerprints if each not in self._known]
        self._known.update(dict.fromkeys(new))
        self._were_new.extend(place < len(new) for place in range(cases))
        if new:
            self.last_new_s = elapsed_s


class Tally:
    """Counts cases, steps, and what is new in them.

    Attributes:
        totals: sums over the cases.
        interleavings: those that were met.
    """

    def __init__(self) -> None:
        self._start = monotonic()
        self.totals = Totals()
        self.interleavings = Interleavings()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return monotonic() - self._start

    def note(self, verdict: Verdict) -> float:
        """Count a case.

        Returns:
            Seconds since the start.
        """
        self.totals.note(verdict)
        self.interleavings.note([fingerprint(verdict)], 1, self.elapsed_s)
        return self.elapsed_s


def fingerprint(verdict: Verdict) -> int:
    """Equal for the same programs in equivalent interleavings, in whatever process they were run."""
    case = verdict.history.case
    programs = [(session, list(map(str, calls))) for session, calls in case.programs.items()]
    digest = blake2b(repr((case.isolation, programs)).encode(), digest_size=8).digest()
    return hash((int.from_bytes(digest, "big"), verdict.trace.events))  # of numbers alone: it has no seed
