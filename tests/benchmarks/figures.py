from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Protocol

from tests.benchmarks.columns import aligned, judged, number


class Row(Protocol):
    """A row of a table, whose kind says what the columns are.

    Attributes:
        HEADINGS: the columns'.
        RIGHT: the numbers of the columns that hold figures.
    """

    HEADINGS: ClassVar[tuple[str, ...]]
    RIGHT: ClassVar[range]

    @property
    def group(self) -> str: ...

    @property
    def name(self) -> str: ...

    def cells(self) -> tuple[str, ...]: ...

    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the first table: what was measured, against what, and what it should be.

    Attributes:
        base: the same without rowrace, or before; None where nothing stands beside it.
        ratio: of the two, as the goal counts it; from alternating rounds.
        share: of the whole that it is a part of.
        goal: what the figure should be, for people; "" for none.
        met: whether it is; None without a goal.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = ("", "", "unit", "rowrace", "bare/first", "ratio", "share", "goal")
    RIGHT: ClassVar[range] = range(3, 7)

    group: str
    name: str
    value: float
    unit: str
    base: float | None = None
    ratio: float | None = None
    share: float | None = None
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        numbers = (number(self.value), number(self.base), number(self.ratio), _percent(self.share))
        return (self.group, self.name, self.unit, *numbers, judged(self.goal, self.met))

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Figure.__slots__}


def tables(rows: Iterable[Row]) -> str:
    """A table for each kind of rows that follow each other."""
    return "\n\n".join(_table(list(same)) for _, same in groupby(rows, key=type))


def _table(rows: Sequence[Row]) -> str:
    return aligned([rows[0].HEADINGS, *(row.cells() for row in rows)], rows[0].RIGHT)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
