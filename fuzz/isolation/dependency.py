"""Why one transaction comes before another in any serial order that gives the same: one edge of the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fuzz.transactions import Item


@dataclass(frozen=True, slots=True)
class Dependency:
    """A transaction that must come before another (Adya 1999, section 3.1).

    Attributes:
        source: the number of the transaction that comes first.
        target: the number of the one that comes after it.
        kind: "ww", the target overwrote what the source wrote; "wr", it read that; "rw", it overwrote what the source
            read; "process", it is a later one of the same session; "realtime", it began when the source had ended.
        item: the row that the first three are about; None for the last two.
        source_step: the number of the source's step that makes it.
        target_step: the number of the target's step that makes it.
        predicate: whether what was read is a condition that the row did not meet, not the row itself.
        certain: False where it cannot be told whether the reader looked at the row.
    """

    source: int
    target: int
    kind: Literal["ww", "wr", "rw", "process", "realtime"]
    item: Item | None
    source_step: int
    target_step: int
    predicate: bool = False
    certain: bool = True
