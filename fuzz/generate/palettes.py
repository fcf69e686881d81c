"""Which calls a case is made of: few enough that its sessions meet.

Drawn from all calls, two sessions touch the same rows once in twenty cases. So each call runs alone first, and what
it touches is learnt; most cases then begin with two calls that meet. Where one session lives through a program, a
case is made of the calls that touch the same rows, and of those that touch none by themselves (commit, expire_all).
Every further session begins with a call that meets one of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from random import Random

from fuzz.case import Call
from fuzz.generate.calls import balanced
from fuzz.generate.footprint import Footprint
from fuzz.generate.meetings import Alone, Calls, Meetings, Met, Pair, beside, rank
from fuzz.traces.foresight import Foresight

MET = 4
"""One pair in so many is of any two calls, the others are pairs that meet: what has been learnt may mislead."""


@dataclass(frozen=True, slots=True)
class Palette:
    """What a case is made of.

    Attributes:
        first: the call that each session begins with; empty: none.
        calls: what it chooses from after that.
    """

    first: Calls
    calls: Calls


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
        lengths: operation -> the most steps that one of its calls took alone, or after a call of the same session.
        foresight: tells which steps conflict, before they are taken.
        acts: for long sessions: what two calls in a row do.
        beside: a call, as text -> the calls that it meets.
        steps: a call, as text -> how many it took alone; in a long session that of one that took none is not told.
    """

    calls: tuple[Call, ...]
    met: tuple[Pair, ...]
    together: tuple[tuple[Call, ...], ...]
    lengths: dict[str, int]
    foresight: Foresight = field(compare=False)
    acts: tuple[Act, ...] = ()
    beside: Mapping[str, Sequence[Call]] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        if self.together:
            return len(self.together)
        return len(self.calls) ** 2 * (MET if self.met else 1)

    def palette(self, number: int, sessions: int) -> Palette:
        """One of them.

        Args:
            number: which.
            sessions: how many the case has: as many calls it begins with, where each has a session of its own.
        """
        if self.together:
            return Palette((), self.together[number])
        first = self._joined(self._pair(number), sessions, number)
        return Palette(first, first)

    def length(self, call: Call) -> int:
        """How many steps a call takes, about: as many as alone, or as the longest of its operation."""
        return self.steps.get(str(call), self.lengths[call.operation])

    def choices(self, sessions: int) -> int:
        """How many choices a turn has: enough for every place in a palette, and for every step of a call."""
        places = max(map(len, self.together), default=sessions)
        return 2 * max(places, *self.lengths.values())

    def _pair(self, number: int) -> Pair:
        beyond = number - len(self.calls) ** 2
        if beyond >= 0:
            return self.met[beyond % len(self.met)]
        one, other = divmod(number, len(self.calls))
        return self.calls[one], self.calls[other]

    def _joined(self, calls: Calls, sessions: int, number: int) -> Calls:
        """Calls and more of them, each of which meets one of the first two, if any does."""
        random = Random(number)  # noqa: S311 - a palette must stay the same
        near = [*self.beside.get(str(calls[0]), ()), *self.beside.get(str(calls[1]), ())] or self.calls
        return (*calls, *(random.choice(near) for _ in range(sessions - len(calls))))


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
    lengths = _longest(table, alone)
    random = Random(chance)  # noqa: S311 - a campaign must repeat
    met = _met(meetings.values(), random)
    steps = {str(call): footprint.steps for call, footprint in alone}
    return Palettes(tuple(calls), met, (), lengths, foresight, beside=beside(meetings), steps=steps)


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
    steps = {str(call): footprint.steps for call, footprint in alone if footprint.steps}
    after = [(act.calls[1], act.alone.steps - steps.get(str(act.calls[0]), 0)) for act in acts]
    lengths = _longest(table, alone, after)
    return Palettes(tuple(calls), (), palettes, lengths, foresight, tuple(acts), steps=steps)


def _longest(table: Iterable[Call], alone: Iterable[Alone], after: Iterable[tuple[Call, int]] = ()) -> dict[str, int]:
    """The most steps of each operation, by calls that were run, and at least one."""
    lengths = dict.fromkeys((call.operation for call in table), 1)
    for call, steps in chain(((call, footprint.steps) for call, footprint in alone), after):
        lengths[call.operation] = max(lengths[call.operation], steps)
    return lengths


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
