"""SQL's three-valued logic over what a condition may come to, where not everything about it is known.

What it may come to is a set of truth values, as the sum of the flags below: `TRUE` alone is certain, `ANY` is anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import product

Outcomes = int
"""A set of truth values."""

TRUE, FALSE, NULL = 1, 2, 4
ANY = TRUE | FALSE | NULL
_RANK = {FALSE: 0, NULL: 1, TRUE: 2}
"""AND is the least of its operands in this order, OR the greatest."""

Unary = tuple[Outcomes, ...]
"""An operator: what it may come to, by what its operand may come to."""


def _each(outcomes: Outcomes) -> list[Outcomes]:
    return [value for value in _RANK if value & outcomes]


def _unary(true: Outcomes, false: Outcomes, null: Outcomes) -> Unary:
    result = {TRUE: true, FALSE: false, NULL: null}
    return tuple(sum({result[value] for value in _each(outcomes)}) for outcomes in range(ANY + 1))


def _binary(choose: Callable[..., Outcomes]) -> tuple[tuple[Outcomes, ...], ...]:
    return tuple(
        tuple(
            sum({choose(pair, key=_RANK.__getitem__) for pair in product(_each(one), _each(other))})
            for other in range(ANY + 1)
        )
        for one in range(ANY + 1)
    )


NOT = _unary(FALSE, TRUE, NULL)
IS_TRUE = _unary(TRUE, FALSE, FALSE)
IS_NOT_TRUE = _unary(FALSE, TRUE, TRUE)
IS_FALSE = _unary(FALSE, TRUE, FALSE)
IS_NOT_FALSE = _unary(TRUE, FALSE, TRUE)
IS_UNKNOWN = _unary(FALSE, FALSE, TRUE)
IS_NOT_UNKNOWN = _unary(TRUE, TRUE, FALSE)

_AND, _OR = _binary(min), _binary(max)


def conjunction(parts: list[Outcomes]) -> Outcomes:
    """What the AND of conditions may come to; of none: TRUE."""
    return reduce(lambda one, other: _AND[one][other], parts, TRUE)


def disjunction(parts: list[Outcomes]) -> Outcomes:
    """What the OR of conditions may come to; of none: FALSE."""
    return reduce(lambda one, other: _OR[one][other], parts, FALSE)
