"""The race matrix as one HTML file that needs nothing else: a grid, and behind each cell what was found there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from fuzz.campaign.matrix import Explored, Matrix, paused_in, signatures_in
from fuzz.case import ISOLATION
from fuzz.generate.meetings import Operations
from fuzz.report.amounts import amount, saved
from fuzz.report.failing import failing_alone
from fuzz.report.matrix import left_out, matrix_line
from fuzz.report.pauses import pauses
from fuzz.report.timeline import finding_timeline
from fuzz.report.verdicts import Sign, legend, sign, verdict


@dataclass(frozen=True, slots=True)
class _Cell:
    """Operations that were explored together.

    Attributes:
        operations: their names.
        word: what is worst of what came of them.
        sign: the same as a letter.
        explored: what came of their calls.
        findings: the timelines of the findings of both.
        pauses: what they waited for in Python, a line each.
        number: the cell's.
    """

    operations: Operations
    word: str
    sign: Sign
    explored: Sequence[Explored]
    findings: Sequence[str]
    pauses: Sequence[str]
    number: int

    @property
    def title(self) -> str:
        """The operations, and what came of them."""
        return f"{' x '.join(self.operations)}: {self.word}"

    @property
    def id(self) -> str:
        """Where its details are; "" where there are none."""
        return f"cell-{self.number}" if self.explored else ""


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    cells: Sequence[_Cell]


def matrix_page(matrix: Matrix, paths: Mapping[str, Path]) -> str:
    """A matrix as an HTML page.

    Args:
        matrix: what was explored.
        paths: a finding's id -> its folder.
    """
    operations = list(dict.fromkeys(name for pair in matrix.cells for name in pair))
    cells = {pair: _cell(matrix, pair, number, paths) for number, pair in enumerate(matrix.cells, 1)}
    return _template().render(
        matrix=matrix,
        line=matrix_line(matrix),
        classes=sum(each.classes for each in matrix.explored),
        left_out=list(left_out(matrix)),
        failing=list(failing_alone(matrix.fails_alone)),
        saved=saved(matrix.explored, matrix.terms.switches),
        amount=lambda each: amount([each], matrix.terms.switches),
        verdict=lambda each: verdict([each], matrix),
        conclusion=_conclusion(matrix),
        levels=", ".join(ISOLATION[level].upper() for level in matrix.terms.isolation),
        isolation={level: words.upper() for level, words in ISOLATION.items()},
        legend=legend(matrix),
        operations=operations,
        rows=list(_rows(cells, operations)) if len(cells) > 1 else [],
        cells=[cell for cell in cells.values() if cell.explored],
        alone=list(_alone(matrix, paths)),
    )


def _rows(cells: Mapping[Operations, _Cell], operations: Sequence[str]) -> Iterator[_Row]:
    """One an operation, with a cell for each before it, and for itself."""
    for place, name in enumerate(operations, 1):
        pairs = [(other, name) if (other, name) in cells else (name, other) for other in operations[:place]]
        yield _Row(name, [cells[pair] for pair in pairs])


def _alone(matrix: Matrix, paths: Mapping[str, Path]) -> Iterator[str]:
    """The timelines of the findings that are no cell's: of what was run alone, and meets nobody."""
    seen = signatures_in(matrix.explored)
    return (finding_timeline(each, paths[each.id]) for each in matrix.findings if each.id not in seen)


def _cell(matrix: Matrix, operations: Operations, number: int, paths: Mapping[str, Path]) -> _Cell:
    explored = matrix.cells[operations]
    signatures = signatures_in(explored)
    timelines = [finding_timeline(each, paths[each.id]) for each in matrix.findings if each.id in signatures]
    told = list(pauses(paused_in(explored)))
    return _Cell(operations, verdict(explored, matrix), sign(explored, matrix), explored, timelines, told, number)


def _conclusion(matrix: Matrix) -> str:
    number = len(matrix.findings)
    found = "No findings." if not number else "One finding." if number == 1 else f"{number} findings."
    if matrix.is_bounded:
        found += f" What takes more context switches than {matrix.terms.switches} was left out."
    return found if matrix.is_whole else f"{found} Not all was run: the cells with a question mark are not judged."


@cache
def _template() -> Template:
    return Environment(
        loader=PackageLoader("fuzz.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("matrix.html")
