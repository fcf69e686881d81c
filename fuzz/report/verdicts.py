"""A cell of the matrix in a word or two, and in a letter: what is worst of what came of its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fuzz.campaign.matrix import Explored, Matrix, signatures_in
from fuzz.report.amounts import up_to


@dataclass(frozen=True, slots=True)
class Sign:
    """What a letter stands for.

    Attributes:
        letter: in the grid.
        style: its class in the page's style sheet.
        words: what the legend says; `{}` is the number of switches that were asked for.
    """

    letter: str
    style: str
    words: str


RACE = Sign("X", "race", "race")
DOUBTFUL = Sign("!", "doubtful", "a violation that did not repeat")
UNFINISHED = Sign("?", "unfinished", "not finished")
BOUNDED = Sign("~", "bounded", "safe {}, the rest was not run")
DEADLOCK = Sign("d", "deadlock", "safe in all interleavings, through a deadlock")
BLOCKED = Sign("b", "blocked", "safe in all interleavings, one waits for the other")
SAFE = Sign(".", "safe", "safe in all interleavings")
APART = Sign("-", "apart", "do not meet")

_SIGNS = (SAFE, BLOCKED, DEADLOCK, BOUNDED, RACE, DOUBTFUL, UNFINISHED, APART)

_WORDS: Mapping[Sign, str] = {
    DOUBTFUL: "did not repeat",
    UNFINISHED: "not finished",
    DEADLOCK: "deadlock",
    BLOCKED: "blocked",
    SAFE: "safe",
}


def sign(cell: Sequence[Explored], matrix: Matrix) -> Sign:
    """What is worst in a cell; a deadlock that an operation let out is a race, one that it mended is none.

    Args:
        cell: what came of its calls.
        matrix: whose.
    """
    if not cell:
        return APART
    if signatures := signatures_in(cell):
        return DOUBTFUL if _did_not_repeat(signatures, matrix) else RACE
    rest: Sequence[tuple[Sign, Callable[[Explored], object]]] = (
        (UNFINISHED, lambda each: not each.is_whole),
        (BOUNDED, lambda each: each.beyond),
        (DEADLOCK, lambda each: each.deadlocked),
        (BLOCKED, lambda each: each.blocked),
    )
    return next((sign for sign, applies in rest if any(map(applies, cell))), SAFE)


def verdict(cell: Sequence[Explored], matrix: Matrix) -> str:
    """The same in a word or two; of a race its kinds."""
    found = sign(cell, matrix)
    if found is RACE:
        doubtful = matrix.nondeterministic.keys()
        return ", ".join(sorted({kind for each in cell for kind, found in each.kinds.items() if found - doubtful}))
    if found is APART:
        return _apart(matrix)
    return f"safe {_bound(matrix)}" if found is BOUNDED else _WORDS[found]


def legend(matrix: Matrix) -> Sequence[Sign]:
    """What the letters of a matrix stand for; where every interleaving was asked for, none is left out."""
    switches = matrix.terms.switches
    words = {BOUNDED: BOUNDED.words.format(_bound(matrix)), APART: _apart(matrix)}
    return [
        Sign(each.letter, each.style, words.get(each, each.words))
        for each in _SIGNS
        if each is not BOUNDED or switches is not None
    ]


def _apart(matrix: Matrix) -> str:
    """What is said where no calls meet; of calls that were not run alone it is not known whom they meet."""
    return "not seen to meet" if matrix.terms.unlearnt else APART.words


def _bound(matrix: Matrix) -> str:
    switches = matrix.terms.switches
    return "" if switches is None else up_to(switches)


def _did_not_repeat(signatures: frozenset[str], matrix: Matrix) -> bool:
    """Whether one of them was run again in vain, and none is a finding's."""
    findings = {finding.violation.signature for finding in matrix.findings}
    return not signatures.isdisjoint(matrix.nondeterministic) and signatures.isdisjoint(findings)
