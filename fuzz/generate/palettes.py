"""Which calls a case is made of: few enough that its sessions meet.

Drawn from all calls, two sessions touch the same rows once in twenty cases. So each call runs alone first, and what
it touches is learnt; most cases then begin with two calls that meet. Where one session lives through a program, a
case is made of the calls that touch the same rows, and of those that touch none by themselves (commit, expire_all).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from fuzz.case import Call
from fuzz.generate.calls import balanced
from fuzz.generate.footprint import Footprint
from fuzz.generate.meetings import Alone, Meetings, Met, Pair, rank
from fuzz.traces.foresight import Foresight

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
class Act:
    """Two calls of a long session: one that touches rows, and one that touches none by itself (commit, expire_all).

    Attributes:
        calls: the two.
        alone: what they touched together.
    """

    calls: tuple[Call, Call]
    alone: Footprint


@dataclass(frozen=True, slots=True)
class Palettes:
    """The palettes of a campaign, by number, from 0 to `len(palettes)`.

    Attributes:
        calls: all calls, each once.
        met: pairs of them that meet, every pair of operations as often as any other; empty where one session lives
            through a program.
        together: for long sessions: the calls that belong together.
        lengths: operation -> the most steps that one of its calls took alone.
        foresight: tells which steps conflict, before they are taken.
        acts: for long sessions: what two calls in a row do.
    """

    calls: tuple[Call, ...]
    met: tuple[Pair, ...]
    together: tuple[tuple[Call, ...], ...]
    lengths: dict[str, int]
    foresight: Foresight = field(compare=False)
    acts: tuple[Act, ...] = ()

    def __len__(self) -> int:
        if self.together:
            return len(self.together)
        return len(self.calls) ** 2 * (MET if self.met else 1)

    def __getitem__(self, number: int) -> Palette:
        if self.together:
            return Palette((), self.together[number])
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
        return max(
            *(2 * len(calls) for calls in self.together or [()]), *(2 * steps for steps in self.lengths.values())
        )


def palettes_of_calls(
    table: Sequence[Call],
    calls: Sequence[Call],
    alone: Sequence[Alone],
    meetings: Meetings,
    foresight: Foresight,
    chance: int,
) -> Palettes:
    """The palettes of a target whose calls have a session each.

    Args:
        table: its calls, every operation as often as any other.
        calls: its calls, each once.
        alone: those that were run alone, with what each touched.
        meetings: how these meet, by operations.
        foresight: tells which steps conflict.
        chance: seed of what is drawn.
    """
    lengths = dict.fromkeys((call.operation for call in table), 1)
    for call, footprint in alone:
        lengths[call.operation] = max(lengths[call.operation], footprint.steps)
    random = Random(chance)  # noqa: S311 - a campaign must repeat
    return Palettes(tuple(calls), _met(meetings.values(), random), (), lengths, foresight)


def palettes_of_sessions(
    table: tuple[Call, ...], calls: Sequence[Call], alone: Sequence[Alone], acts: Sequence[Act], foresight: Foresight
) -> Palettes:
    """The palettes of a target of which one session lives through a program.

    Args:
        table: its calls, every operation as often as any other.
        calls: its calls, each once.
        alone: those that were run alone, with what each touched.
        acts: what two calls in a row do.
        foresight: tells which steps conflict.
    """
    palettes = (table, *(_together(alone, pivot) for _, pivot in alone if pivot.touches))
    lengths = dict.fromkeys((call.operation for call in table), ACT_STEPS)
    return Palettes(tuple(calls), (), palettes, lengths, foresight, tuple(acts))


def _together(alone: Sequence[Alone], pivot: Footprint) -> tuple[Call, ...]:
    """The calls that touch a row that one of them touches, or none; every operation as often as any other."""
    by_operation: dict[str, list[Call]] = {}
    for call, footprint in alone:
        if not footprint.touches or footprint.touches & pivot.touches:
            by_operation.setdefault(call.operation, []).append(call)
    return balanced(list(by_operation.values()))


def _met(meetings: Iterable[Met], chance: Random) -> tuple[Pair, ...]:
    """The pairs of calls that meet, a call with itself among them: one of each two operations in turn.

    Those with the most in common come first, one pair for each way of meeting, and then the others in random order.
    """
    each = [found for found in meetings if found.ways]
    each.sort(key=lambda found: rank(found.ranked[0]))
    others = [chance.sample(found.others, len(found.others)) for found in each]
    return balanced(
        [[*(found.ways[way] for way in found.ranked), *rest] for found, rest in zip(each, others, strict=True)]
    )
