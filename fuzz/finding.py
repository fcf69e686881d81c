"""A minimal case with its violation, kept once however often it is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fuzz.case import Case
from fuzz.history import History
from fuzz.violations import Violation


@dataclass(frozen=True, slots=True)
class Finding:
    """What a campaign hands back.

    Attributes:
        violation: what is wrong, of the least case.
        others: what else is wrong with the same history, less telling.
        history: of the least case; `history.case` is the case.
        replays: how often the least case was run again with the same violation.
        identical: how many of these replays had an identical history.
        seed: the campaign's.
        postgres: the server's version.
        first_seen_s: seconds from the campaign's start.
        first_seen_cases: how many cases had been run then, that one included; None where they are not counted.
    """

    violation: Violation
    others: tuple[Violation, ...]
    history: History
    replays: int
    identical: int
    seed: int
    postgres: str
    first_seen_s: float
    first_seen_cases: int | None = None

    @property
    def id(self) -> str:
        """The violation's signature."""
        return self.violation.signature

    def to_json(self) -> dict[str, Any]:
        """What a summary says of it."""
        return {
            "id": self.id,
            "check": self.violation.check,
            "kind": self.violation.kind,
            "operations": list(self.operations),
            "steps": len(self.history.steps),
            "switches": self.history.switches,
            "first_seen_s": round(self.first_seen_s, 1),
            "first_seen_cases": self.first_seen_cases,
        }

    @property
    def case(self) -> Case:
        """The least case."""
        return self.history.case

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations of the least case's calls, in the order of the programs."""
        return tuple(call.operation for calls in self.case.programs.values() for call in calls)
