"""Judgements: each a function from a history to violations. They touch no database and run nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fuzz.checks.errors import check_errors
from fuzz.checks.evidence import Evidence, Serial
from fuzz.checks.invariants import check_invariants
from fuzz.checks.isolation import check_isolation
from fuzz.checks.revisions import check_revisions
from fuzz.checks.rules import Rules
from fuzz.checks.serial import check_serial
from fuzz.checks.sessions import check_sessions
from fuzz.checks.spurious import check_spurious
from fuzz.violations import Violation

__all__ = ["ALL", "CHECKS", "Evidence", "Rules", "Serial", "judge"]

CHECKS: dict[str, Callable[[Evidence], Iterator[Violation]]] = {
    "errors": check_errors,
    "revisions": check_revisions,
    "serial": check_serial,
    "sessions": check_sessions,
    "invariants": check_invariants,
    "strict": check_isolation,
    "spurious": check_spurious,
}
"""By name, the most telling first."""

ALL = ("errors", "revisions", "serial", "sessions", "invariants")
"""Those that find what is wrong; the others find what is odd."""


def judge(of: Evidence) -> list[Violation]:
    """What is wrong with a history, the most telling first."""
    return [violation for name, check in CHECKS.items() if name in of.rules.checks for violation in check(of)]
