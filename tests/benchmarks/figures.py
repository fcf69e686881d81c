from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table: what was measured, against what, and what it should be.

    Attributes:
        base: the same without rowrace, or before; None where nothing stands beside it.
        ratio: of the two, as the goal counts it; from alternating rounds.
        share: of the whole that it is a part of.
        goal: what the figure should be, for people; "" for none.
        met: whether it is; None without a goal.
    """

    group: str
    name: str
    value: float
    unit: str
    base: float | None = None
    ratio: float | None = None
    share: float | None = None
    goal: str = ""
    met: bool | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Figure.__slots__}


HEADINGS = ("", "", "unit", "rowrace", "bare/first", "ratio", "share", "goal")


def table(figures: Iterable[Figure]) -> str:
    """Lines of aligned columns."""
    rows = [HEADINGS, *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    goal = f"{figure.goal}: {'met' if figure.met else 'MISSED'}" if figure.goal else ""
    numbers = (_number(figure.value), _number(figure.base), _number(figure.ratio), _percent(figure.share))
    return (figure.group, figure.name, figure.unit, *numbers, goal)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = range(3, 7)
    cells = [
        cell.rjust(width) if number in numbers else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
