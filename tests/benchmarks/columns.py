from __future__ import annotations

from collections.abc import Container, Sequence


def aligned(rows: Sequence[Sequence[str]], right: Container[int]) -> str:
    """Lines of aligned columns.

    Args:
        rows: their cells.
        right: the numbers of the columns whose cells end at the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths, right) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int], right: Container[int]) -> str:
    cells = [
        cell.rjust(width) if number in right else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def number(value: float | None) -> str:
    """A figure with as many digits as can be trusted; nothing for None."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def judged(goal: str, met: bool | None) -> str:
    """A goal, and whether it is met; nothing without one."""
    return f"{goal}: {'met' if met else 'MISSED'}" if goal else ""
