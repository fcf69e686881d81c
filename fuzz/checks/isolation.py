"""Phenomena of weak isolation by themselves, whatever came of them: correct code shows many of them harmlessly."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.checks.evidence import Evidence
from fuzz.checks.explanation import phenomenon
from fuzz.isolation import anomalies
from fuzz.violations import Violation


def check_isolation(of: Evidence) -> Iterator[Violation]:
    """Every phenomenon that is certain."""
    for found in anomalies(of.transactions):
        if found.certain:
            yield phenomenon(
                of.history, of.transactions, found, "What came out is what some serial order gives all the same."
            )
