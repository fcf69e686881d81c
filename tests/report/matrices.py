"""Matrices made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fuzz.campaign.matrix import Explored, Matrix, Terms
from fuzz.case import Call
from fuzz.finding import Finding
from fuzz.generate.meetings import Operations
from fuzz.generate.programs import Program

WHOLE = Explored(
    (Program((Call("read"),)), Program((Call("write"),))), "rc", 8, 0, {}, 0, 0, runs=10, interleavings=70, asked=70
)
OPEN = replace(WHOLE, left=3)
NOT_BEGUN = replace(WHOLE, classes=0, left=1, runs=0, interleavings=0, asked=0)
BOUNDED = replace(WHOLE, beyond=4, asked=2)

TERMS = Terms("bank.py", 1, ("rc",), 60.0, "18.6", ())


def matrix_of(
    *explored: Explored,
    findings: Sequence[Finding] = (),
    nondeterministic: Mapping[str, str] | None = None,
    switches: int | None = None,
) -> Matrix:
    """A matrix of one cell."""
    cells: Mapping[Operations, tuple[Explored, ...]] = {("read", "write"): explored}
    return Matrix(replace(TERMS, switches=switches), 1.5, 10, cells, tuple(findings), nondeterministic or {})
