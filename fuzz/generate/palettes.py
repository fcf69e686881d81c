"""Which calls a case is made of: few enough that its sessions meet.

Drawn from all calls, two sessions touch the same rows once in twenty cases. So each call runs alone first, and what
it touches is learnt; most cases then begin with two calls that meet. Where one session lives through a program, a
call alone tells nothing: there the calls that agree in their arguments belong together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from random import Random

from fuzz.case import Call, Case
from fuzz.generate.calls import around, balanced, call_table, unique
from fuzz.generate.footprint import Footprint, footprint_of
from fuzz.trial import Trial

MET = 4
"""One pair in so many is of any two calls, the others are pairs that meet: what has been learnt may mislead."""

ACT_STEPS = 3
"""Steps of a call in a long session, about: it loads, or flushes, or neither."""


@dataclass(frozen=True, slots=True)
class Palette:
    """What a case is made of.

    Attributes:
        first: the call that each session begins with, in turn; empty: none.
        calls: what it chooses from after that.
    """

    first: tuple[Call, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Palettes:
    """The palettes of a campaign, by number, from 0 to `len(palettes)`.

    Attributes:
        calls: all calls, each once.
        met: pairs of them that meet, every pair of operations as often as any other; empty where one session lives
            through a program.
        around: for long sessions: the calls that belong together.
        lengths: operation -> the most steps that one of its calls took alone.
    """

    calls: tuple[Call, ...]
    met: tuple[tuple[Call, Call], ...]
    around: tuple[tuple[Call, ...], ...]
    lengths: dict[str, int]

    def __len__(self) -> int:
        if self.around:
            return len(self.around)
        return len(self.calls) ** 2 * (MET if self.met else 1)

    def __getitem__(self, number: int) -> Palette:
        if self.around:
            return Palette((), self.around[number])
        beyond = number - len(self.calls) ** 2
        if beyond >= 0:
            pair = self.met[beyond % len(self.met)]
        else:
            one, other = divmod(number, len(self.calls))
            pair = (self.calls[one], self.calls[other])
        return Palette(pair, pair)

    @property
    def choices(self) -> int:
        """How many choices a turn has: enough for every place in a palette, and for every step of a call."""
        return max(*(2 * len(calls) for calls in self.around or [()]), *(2 * steps for steps in self.lengths.values()))


def learn(trial: Trial, word: str, chance: int) -> Palettes:
    """Run every call alone, and see which of them meet.

    Args:
        trial: runs them.
        word: the TARGET word.
        chance: seed of what is drawn.

    Raises:
        ToolError: as `call_table` does.
    """
    target = trial.stage.target
    table = call_table(type(target), chance)
    calls = unique(table)
    if target.session_scope == "program":
        together = (table, *(around(call, table) for call in calls))
        return Palettes(calls, (), together, dict.fromkeys(target.operations, ACT_STEPS))
    alone = [footprint_of(trial.stage.run(Case(word, "rc", {"A": (call,)}, seed=chance))) for call in calls]
    lengths: dict[str, int] = {}
    for call, footprint in zip(calls, alone, strict=True):
        lengths[call.operation] = max(lengths.get(call.operation, 1), footprint.steps)
    return Palettes(calls, _met(calls, alone, Random(chance)), (), lengths)  # noqa: S311 - a campaign must repeat


def _met(calls: Sequence[Call], alone: Sequence[Footprint], chance: Random) -> tuple[tuple[Call, Call], ...]:
    """The pairs of calls that meet, a call with itself among them; balanced by their operations, else in random order."""
    by_operations: dict[tuple[str, str], list[tuple[Call, Call]]] = {}
    for one, other in combinations_with_replacement(range(len(calls)), 2):
        if alone[one].meets(alone[other]):
            pair = (calls[one], calls[other])
            by_operations.setdefault((pair[0].operation, pair[1].operation), []).append(pair)
    for pairs in by_operations.values():
        chance.shuffle(pairs)
    return tuple(balanced(list(by_operations.values())))
