"""Phenomena of weak isolation: what a transaction saw, or overwrote, that it could not have one after the other.

Most are a cycle of dependencies between transactions. Names are those of Berenson et al. 1995 where they have one, else
those of Adya 1999 and of Elle; Adya's are in brackets.
"""

from __future__ import annotations

from fuzz.violations.violation import Violation


class IsolationViolation(Violation):
    """Transactions depend on each other in a circle, or on what was never committed."""

    check = "isolation"


class DirtyWrite(IsolationViolation):
    """Two transactions wrote over each other before either had committed (G0)."""

    kind = "dirty-write"


class AbortedRead(IsolationViolation):
    """A transaction read what another had written and then rolled back (G1a)."""

    kind = "aborted-read"


class IntermediateRead(IsolationViolation):
    """A transaction read what another replaced again before it committed (G1b)."""

    kind = "intermediate-read"


class CircularInformationFlow(IsolationViolation):
    """Each of some transactions read or overwrote what another of them wrote, in a circle (G1c)."""

    kind = "circular-information-flow"


class LostUpdate(IsolationViolation):
    """A change was overwritten by a transaction that had read the row before it, and never saw it."""

    kind = "lost-update"


class WriteSkew(IsolationViolation):
    """Two transactions read what the other one changed, and each changed what the other one had read."""

    kind = "write-skew"


class ReadSkew(IsolationViolation):
    """A transaction saw one row as it was before another transaction, and a second row as it was after."""

    kind = "read-skew"


class NonRepeatableRead(IsolationViolation):
    """A transaction read a row twice and found it changed."""

    kind = "non-repeatable-read"


class Phantom(IsolationViolation):
    """A transaction asked for rows by a condition, and another changed which rows meet it."""

    kind = "phantom"


class SingleAntiDependency(IsolationViolation):
    """A transaction saw what followed from a change that it did not see (G-single)."""

    kind = "g-single"


class NonadjacentAntiDependencies(IsolationViolation):
    """Transactions saw changes in orders that contradict each other (G-nonadjacent)."""

    kind = "g-nonadjacent"


class ItemAntiDependencyCycle(IsolationViolation):
    """Transactions in a circle, two of them in a row going by rows that the next one replaced (G2-item)."""

    kind = "g2-item"


class AntiDependencyCycle(IsolationViolation):
    """Transactions in a circle, one of them going by the answer to a query that the next one changed (G2)."""

    kind = "g2"
