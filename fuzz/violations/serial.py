"""Outcomes that no serial order of the same calls gives."""

from __future__ import annotations

from fuzz.violations.violation import Violation


class NoSerialOrder(Violation):
    """What came out is what no serial order of the calls gives, and no phenomenon explains it."""

    kind = "no-serial-order"
    check = "serial"


class SpuriousFailure(Violation):
    """A call ended in an exception that the target declares, and every serial order lets it succeed."""

    kind = "spurious-failure"
    check = "serial"
