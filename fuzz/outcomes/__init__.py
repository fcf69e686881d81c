"""What came of a history in the end, and whether that is the same for two histories. Pure functions; no database."""

from __future__ import annotations

from fuzz.outcomes.comparison import agree, same
from fuzz.outcomes.detection import volatile_in
from fuzz.outcomes.difference import CallDifference, Difference, RowDifference
from fuzz.outcomes.ending import CallEnd, Ending, ending_of
from fuzz.outcomes.incomparable import incomparable
from fuzz.outcomes.masks import masked
from fuzz.outcomes.readings import readings_in
from fuzz.outcomes.volatile import Path, Volatile

__all__ = [
    "CallDifference",
    "CallEnd",
    "Difference",
    "Ending",
    "Path",
    "RowDifference",
    "Volatile",
    "agree",
    "ending_of",
    "incomparable",
    "masked",
    "readings_in",
    "same",
    "volatile_in",
]
