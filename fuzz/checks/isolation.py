"""Phenomena of weak isolation by themselves, whatever came of them: correct code shows many of them harmlessly."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.accesses import transactions_of
from fuzz.checks.explanation import phenomenon
from fuzz.checks.rules import Rules
from fuzz.checks.serially import Serial
from fuzz.history import History
from fuzz.isolation import anomalies
from fuzz.violations import Violation


def check_isolation(history: History, _rules: Rules, _serial: Serial) -> Iterator[Violation]:
    """Every phenomenon that is certain."""
    transactions = transactions_of(history)
    for found in anomalies(transactions):
        if found.certain:
            yield phenomenon(history, transactions, found, "What came out is what some serial order gives all the same.")
