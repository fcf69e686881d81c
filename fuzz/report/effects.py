"""What the steps of a history wrote, as far as it was committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fuzz.accesses.attribution import place, verb_of
from fuzz.accesses.segments import statement_of
from fuzz.history import History, Write

__all__ = ["Effects", "effects_of", "verb_of"]


@dataclass(frozen=True, slots=True)
class Effects:
    """What was written.

    Attributes:
        writes: a step's number -> what its statement wrote by its own words.
        besides: a step's number -> what came of it besides: by a cascade or a trigger, or at a COMMIT.
    """

    writes: Mapping[int, Sequence[Write]]
    besides: Mapping[int, Sequence[Write]]


def effects_of(history: History) -> Effects:
    """What the steps of a history wrote."""
    writes: dict[int, list[Write]] = {}
    besides: dict[int, list[Write]] = {}
    for number, made in place(history).items():
        said = statement_of(history.steps[number - 1]).writes
        for write in made:
            is_own = verb_of(write) in said.get(write.table, ())
            (writes if is_own else besides).setdefault(number, []).append(write)
    return Effects(writes, besides)
