"""What is counted of calls though nothing is wrong: statements, rows read again, refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fuzz.accesses import keys_read
from fuzz.checks.uncommitted import uncommitted
from fuzz.history import CLOSING, History
from fuzz.outcomes import incomparable
from fuzz.transactions import Item

Refusal = tuple[str, str]
"""An operation, and the declared exception that it ended in."""


Waits = Mapping[tuple[str, str], int]
"""Waits of a call for another session in the process: (operation, what for and where) -> how many."""


def waits_json(waits: Waits) -> dict[str, int]:
    """Waits as a summary prints them."""
    return {f"{operation}: {waited}": times for (operation, waited), times in sorted(waits.items())}


@dataclass(slots=True)
class Counts:
    """Sums over histories; each by operation.

    Attributes:
        calls: that have ended.
        statements: that they sent.
        again: rows that a call read more than once though nobody had changed them, as after `expire_all`.
        refused: calls that ended in a declared exception.
        spurious: those of them that every serial order lets succeed.
        paused: waits of a call for another session in the process: (operation, what for and where).
        uncommitted: calls that wrote, and left it to whoever closes their session to roll that back.
        opaque: results of a type that cannot be compared: (operation, name of the type).
    """

    calls: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    refused: Counter[Refusal] = field(default_factory=Counter)
    spurious: Counter[Refusal] = field(default_factory=Counter)
    paused: Counter[tuple[str, str]] = field(default_factory=Counter)
    uncommitted: Counter[str] = field(default_factory=Counter)
    opaque: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Add another's sums."""
        self.calls += other.calls
        self.statements += other.statements
        self.again += other.again
        self.refused += other.refused
        self.spurious += other.spurious
        self.paused += other.paused
        self.uncommitted += other.uncommitted
        self.opaque += other.opaque

    def to_json(self) -> dict[str, Any]:
        """As the summary prints it."""
        return {
            "statements_per_call": {
                name: round(self.statements[name] / calls, 1) for name, calls in sorted(self.calls.items())
            },
            "reads_again": dict(sorted(self.again.items())),
            "waited_in_python": waits_json(self.paused),
            "uncommitted": dict(sorted(self.uncommitted.items())),
            "compared_by_type_only": [f"{operation}: {name}" for operation, name in sorted(self.opaque)],
            "refused": {
                f"{operation}: {error}": {"times": times, "spurious": self.spurious[operation, error]}
                for (operation, error), times in sorted(self.refused.items())
            },
        }


def counts_of(history: History, spurious: Iterable[Refusal]) -> Counts:
    """Count what the calls of a history did.

    Args:
        history: whose.
        spurious: its refusals that every serial order lets succeed.
    """
    counts = Counts(
        spurious=Counter(spurious),
        opaque=Counter(incomparable(history)),
        uncommitted=Counter(uncommitted(history)),
    )
    for outcome in history.outcomes:
        if outcome.call == CLOSING:
            continue
        counts.calls[outcome.invocation.operation] += 1
        if outcome.failure is not None and outcome.expected:
            counts.refused[outcome.invocation.operation, outcome.failure.name] += 1
    for paused in history.paused:
        if paused.call != CLOSING:
            operation = history.case.programs[paused.session][paused.call].operation
            counts.paused[operation, f"{paused.what} at {paused.where}"] += 1
    _count_statements(history, counts)
    return counts


def _count_statements(history: History, counts: Counts) -> None:
    seen: dict[tuple[str, int, Item], tuple[str | None, ...]] = {}
    for step in history.steps:
        if step.call == CLOSING:
            continue
        operation = history.case.programs[step.session][step.call].operation
        counts.statements[operation] += 1
        if len(step.rows) != 1 or not step.sql.startswith("SELECT"):
            continue
        for name in {column.table for column in step.columns if column.table is not None}:
            for item in keys_read(step, history.tables[name]) or ():
                key = (step.session, step.call, item)
                counts.again[operation] += seen.get(key) == step.rows[0]
                seen[key] = step.rows[0]
