"""What breaks the target's own invariants."""

from __future__ import annotations

from fuzz.violations.violation import Violation


class BrokenInvariant(Violation):
    """A committed state breaks an invariant of the target."""

    kind = "broken-invariant"
    check = "invariants"
