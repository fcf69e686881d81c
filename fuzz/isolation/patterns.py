"""Which dependencies follow each other on a cycle of each phenomenon, as small automata (as Elle searches)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fuzz.isolation.graph import RELATIONS, Relation

_ORDER: tuple[Relation, ...] = ("process", "realtime")
_WRITES: tuple[Relation, ...] = ("ww", *_ORDER)
_FORWARD: tuple[Relation, ...] = ("ww", "wr", *_ORDER)
_ROWS: tuple[Relation, ...] = ("rw",)
_ROWS_OR_CONDITIONS: tuple[Relation, ...] = ("rw", "rwp")


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Cycles of one shape.

    Attributes:
        first: the relations of the dependencies that a search starts from.
        moves: for each state, from 0, which the first dependency leads to: relation -> the state after it.
        last: the state in which the cycle may close.
        climbs: whether no "rw" follows the first dependency, so that a search need not look above its goal.
    """

    first: tuple[Relation, ...]
    moves: tuple[Mapping[Relation, int], ...]
    last: int
    climbs: bool = False

    @property
    def predicates(self) -> bool:
        """Whether it differs from another pattern only where something was read by a condition."""
        return self.last > 0 and "rwp" in self.first


def _to(state: int, *relations: Relation) -> dict[Relation, int]:
    return dict.fromkeys(relations, state)


def _climbing(first: tuple[Relation, ...], *then: Relation) -> Pattern:
    """Each of some relations after the first."""
    return Pattern(first, (_to(0, *then),), 0, climbs=True)


def _adjacent(anti: tuple[Relation, ...]) -> Pattern:
    """Two "rw" in a row, then anything."""
    return Pattern(anti, (_to(1, *anti), _to(1, *_FORWARD, *anti)), 1)


def _nonadjacent(anti: tuple[Relation, ...]) -> Pattern:
    """Two "rw" or more, each followed by something else; states 2 and 3 are past the second."""
    forward, past = _to(1, *_FORWARD), _to(3, *_FORWARD)
    return Pattern(anti, (forward, forward | _to(2, *anti), past, past | _to(2, *anti)), 3)


PATTERNS: tuple[Pattern, ...] = (
    _climbing(("ww",), *_WRITES),
    _climbing(("wr",), *_FORWARD),
    _climbing(_ROWS_OR_CONDITIONS, *_FORWARD),
    _nonadjacent(_ROWS),
    _nonadjacent(_ROWS_OR_CONDITIONS),
    _adjacent(_ROWS),
    _adjacent(_ROWS_OR_CONDITIONS),
)
"""G0, G1c, G-single, G-nonadjacent, G2-item, G2: first those by rows alone, as PL-2.99 asks for them."""

ANY = Pattern(RELATIONS, (_to(0, *RELATIONS),), 0)
"""Any cycle at all."""
