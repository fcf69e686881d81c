"""The race matrix for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fuzz.campaign.matrix import Explored, Matrix
from fuzz.checks.counts import waits_json
from fuzz.report.amounts import amount, saved, up_to
from fuzz.report.failing import failing_alone
from fuzz.report.numbers import in_json
from fuzz.report.pauses import pauses
from fuzz.report.verdicts import DOUBTFUL, RACE, UNFINISHED, legend, sign, verdict

_BEFORE = "interrupted while calls were still run alone: no two were explored"


def matrix_text(matrix: Matrix, paths: Mapping[str, Path]) -> str:
    """A matrix for people: a grid where it has several operations, then what is not safe, then how much was run.

    Args:
        matrix: what was explored.
        paths: a finding's id -> its folder.
    """
    operations = list(dict.fromkeys(name for pair in matrix.cells for name in pair))
    lines = [*(_grid(matrix, operations) if len(matrix.cells) > 1 else _pairs(matrix))]
    return "\n".join([*lines, *_not_safe(matrix), *_closing(matrix, paths)])


def matrix_line(matrix: Matrix) -> str:
    """One line on how far an exploration is."""
    finished = sum(each.is_whole for each in matrix.explored)
    return (
        f"{matrix.elapsed_s:.0f} s: {finished} of {len(matrix.explored)} pairs of calls explored to the end, "
        f"{matrix.runs} interleavings run"
    )


def matrix_json(matrix: Matrix, paths: Mapping[str, Path]) -> dict[str, Any]:
    """A matrix as `--json` prints it; arguments as in `matrix_text`."""
    return {
        "format": 1,
        "target": matrix.terms.target,
        "seed": matrix.terms.seed,
        "postgres": matrix.terms.postgres,
        "isolation": list(matrix.terms.isolation),
        "elapsed_s": round(matrix.elapsed_s, 1),
        "switches": matrix.terms.switches,
        "runs": matrix.runs,
        "saved": _saved([each for each in matrix.explored if each.is_whole]),
        "whole": matrix.is_whole,
        "bounded": matrix.is_bounded,
        "calls": {"all": len(matrix.terms.calls), "not_learnt": matrix.terms.unlearnt},
        "hanging": dict(matrix.terms.hanging),
        "waited_in_python": waits_json(matrix.paused),
        "fails_alone": [f"{operation}: {error}" for operation, error in matrix.fails_alone],
        "nondeterministic": sorted(matrix.nondeterministic),
        "cells": [
            {
                "operations": list(operations),
                "verdict": verdict(cell, matrix),
                "sign": sign(cell, matrix).letter,
                "explored": [_explored(each) for each in cell],
            }
            for operations, cell in matrix.cells.items()
        ],
        "findings": [{**finding.to_json(), "path": str(paths[finding.id])} for finding in matrix.findings],
        "exit": matrix.exit,
    }


def _explored(each: Explored) -> dict[str, Any]:
    return {
        "calls": [str(call) for call in each.invoked],
        "isolation": each.isolation,
        "classes": each.classes,
        "left": each.left,
        "violations": {kind: sorted(signatures) for kind, signatures in each.kinds.items()},
        "blocked": each.blocked,
        "deadlocked": each.deadlocked,
        "beyond": each.beyond,
        "waited_in_python": waits_json(each.paused),
        "begun": each.has_begun,
        "runs": each.runs,
        "interleavings": in_json(each.interleavings) if each.has_begun else None,
        "interleavings_asked": in_json(each.asked) if each.has_begun else None,
    }


def _saved(whole: Sequence[Explored]) -> dict[str, Any]:
    """How many interleavings the runs of those stand for that were explored to their end."""
    return {"runs": sum(each.runs for each in whole), "interleavings": in_json(sum(each.covered for each in whole))}


def _grid(matrix: Matrix, operations: Sequence[str]) -> Iterator[str]:
    """One row an operation, with a column for itself and each before it."""
    width = max(map(len, operations))
    yield " " * (width + 5) + "".join(f"{number:>3}" for number in range(1, len(operations) + 1))
    for number, name in enumerate(operations, 1):
        signs = (_sign(matrix, other, name) for other in operations[:number])
        yield f"{number:>3}  {name:<{width}}{''.join(f'{each:>3}' for each in signs)}"
    yield ""
    yield "   ".join(f"{each.letter} {each.words}" for each in legend(matrix))


def _sign(matrix: Matrix, one: str, other: str) -> str:
    return sign(matrix.cells.get((one, other), matrix.cells.get((other, one), ())), matrix).letter


def _pairs(matrix: Matrix) -> Iterator[str]:
    """The only cell, call by call."""
    for cell in matrix.cells.values():
        for each in cell:
            calls = " x ".join(map(str, each.invoked))
            yield f"{calls}   {each.isolation}   {amount([each], matrix.terms.switches)}   {verdict((each,), matrix)}"
        if not cell:
            yield (
                "Run alone, none of their calls changes or locks what a call of the other has to do with: in whatever "
                "order they run, neither notices the other."
            )


def _not_safe(matrix: Matrix) -> Iterator[str]:
    """The cells that have more to tell than a grid can."""
    if len(matrix.cells) == 1:
        return
    for (one, other), cell in matrix.cells.items():
        if sign(cell, matrix) in {RACE, DOUBTFUL, UNFINISHED}:
            yield f"{one} x {other}   {amount(cell, matrix.terms.switches)}   {verdict(cell, matrix)}"


def _closing(matrix: Matrix, paths: Mapping[str, Path]) -> Iterator[str]:
    if len(matrix.cells) > 1:
        yield ""
    if matrix.interrupted:
        yield "interrupted; what was found so far is written" if matrix.cells else _BEFORE
    classes = sum(each.classes for each in matrix.explored)
    yield f"{matrix_line(matrix)}; {classes} classes of equivalent interleavings"
    if told := saved(matrix.explored, matrix.terms.switches):
        yield told
    if matrix.is_bounded:
        yield f"left out, as --switches asks for: what takes more context switches than {matrix.terms.switches}"
    if not matrix.is_whole and not matrix.interrupted:
        yield "time was up before all was run: more of it (--time) tells whether the rest is safe"
    yield from left_out(matrix)
    yield from pauses(matrix.paused)
    yield from failing_alone(matrix.fails_alone)
    for signature in matrix.nondeterministic:
        yield f"nondeterministic, so not judged: {signature}, which did not repeat"
    for finding in matrix.findings:
        calls = " x ".join(finding.operations)
        yield f"{finding.violation.kind}   {calls}   {paths[finding.id]}"
    number = len(matrix.findings)
    counted = "no findings" if not number else "1 finding" if number == 1 else f"{number} findings"
    yield f"seed {matrix.terms.seed}: {counted}{_bound(matrix)}"


def left_out(matrix: Matrix) -> Iterator[str]:
    """What is said of operations and calls that were left out; nothing where there are none."""
    for operation, why in matrix.terms.hanging.items():
        yield f"{operation} was left out: {why} `run` makes a finding of it."
    if matrix.terms.unlearnt:
        every = len(matrix.terms.calls)
        yield (
            f"{matrix.terms.unlearnt} of {every} calls were not run alone, nor with others, as those of all operations "
            "take too long: name operations to have all of theirs"
        )


def _bound(matrix: Matrix) -> str:
    """What the findings, or that there are none, hold for."""
    if matrix.terms.switches is None or not matrix.is_bounded:
        return ""
    return f" in interleavings of {up_to(matrix.terms.switches)}; others were not run, and are not judged"
