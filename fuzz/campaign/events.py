"""What a campaign tells while it goes on. Reports consume it and never steer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fuzz.checks.counts import Counts
from fuzz.finding import Finding


@dataclass(frozen=True, slots=True)
class Summary:
    """How far a campaign is, or how it ended.

    Attributes:
        target: the TARGET word.
        seed: the campaign's.
        postgres: the server's version.
        isolation: the levels, as keys of `fuzz.case.ISOLATION`.
        elapsed_s: seconds since the start.
        cases: how many were run.
        steps: how many steps these took.
        distinct_interleavings: how many classes of equivalent interleavings were met, of whatever programs.
        last_new_s: when the last of them was new, in seconds from the start.
        fails_alone: (operation, exception) pairs that need no concurrency: bugs, but no races.
        findings: so far, in the order they were found.
        times_seen: a finding's id -> in how many cases it was met.
        nondeterministic: signatures of violations that did not repeat, with the case as JSON text.
        counts: what the calls did, and how they were refused; goes on growing while the campaign does.
        interrupted: whether the user ended it.
        dried_up: whether new interleavings had become rare.
    """

    target: str
    seed: int
    postgres: str
    isolation: tuple[str, ...]
    elapsed_s: float
    cases: int
    steps: int
    distinct_interleavings: int
    last_new_s: float
    fails_alone: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    times_seen: Mapping[str, int]
    nondeterministic: Mapping[str, str]
    counts: Counts
    interrupted: bool
    dried_up: bool = False

    @property
    def exit(self) -> int:
        """The exit status that this comes to."""
        if self.interrupted:
            return 130
        if self.findings:
            return 1
        return 3 if self.nondeterministic else 0

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it, but for the findings' paths, which only their writer knows."""
        return {
            "format": 1,
            "target": self.target,
            "seed": self.seed,
            "postgres": self.postgres,
            "isolation": list(self.isolation),
            "elapsed_s": round(self.elapsed_s, 1),
            "cases": self.cases,
            "steps": self.steps,
            "cases_per_s": round(self.cases / self.elapsed_s, 1) if self.elapsed_s else 0.0,
            "distinct_interleavings": self.distinct_interleavings,
            "last_new_s": round(self.last_new_s, 1),
            "dried_up": self.dried_up,
            "fails_alone": [f"{operation}: {error}" for operation, error in self.fails_alone],
            "nondeterministic": sorted(self.nondeterministic),
            **self.counts.to_json(),
            "findings": [
                {**finding.to_json(), "times_seen": self.times_seen.get(finding.id, 1)} for finding in self.findings
            ],
            "exit": self.exit,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """A case has been run."""

    summary: Summary


@dataclass(frozen=True, slots=True)
class Shrinking:
    """A violation that was not known has been met, and is being shrunk."""

    kind: str
    summary: Summary


@dataclass(frozen=True, slots=True)
class Found:
    """A finding is ready."""

    finding: Finding
    summary: Summary


@dataclass(frozen=True, slots=True)
class Ended:
    """The campaign is over."""

    summary: Summary


Event = Progress | Shrinking | Found | Ended
