"""A run as a trace: what happened before what, whatever the order of the steps that commute.

Two interleavings are equivalent when they have the same events, an event being a session's step together with all that
happened before it (the configurations of an event structure; Nielsen, Plotkin and Winskel 1981; used for searching by
Rodriguez, Sousa, Sharma and Kroening 2015).
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from fuzz.history import History, Step
from fuzz.traces.commute import Carried, clashes
from fuzz.traces.effect import Effect
from fuzz.traces.effects import effects_of

Event = int
"""A session's step with all that happened before it, as a hash of 64 bits: the same in every run that has it."""


def _event(session: str, place: int, before: frozenset[Event]) -> Event:
    """The event of a session's step, by how many it has taken before, and by each session's last event before it."""
    return hash((int.from_bytes(session.encode(), "big"), place, before))  # of numbers alone: it has no seed


Turn = tuple[str, int]
"""A session, and how many turns it has had before."""


class Start(NamedTuple):
    """What a run begins with, whatever the order of the steps that commute, and the turn that comes then.

    What happens in that turn is not told: a statement that was refused may not be, where it comes earlier.
    """

    events: frozenset[Event]
    turn: Turn


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a run may begin: with one step before another that came first so far.

    Attributes:
        start: up to that step.
        schedule: whose turn it is, with few context switches.
        switches: how many context switches a run takes, probably, that begins with it, and in which every session then
            goes on to its end.
        other: another schedule, which comes to the same if what was seen to commute does so however the run goes on;
            empty where there is none.
    """

    start: Start
    schedule: tuple[str, ...]
    switches: int
    other: tuple[str, ...] = ()


class Trace:
    """A run up to the order of the steps that commute.

    Args:
        history: the run's.
    """

    def __init__(self, history: History) -> None:
        self._turns = [session for session, _ in history.turns]
        self._places = [self._turns[:place].count(session) for place, session in enumerate(self._turns)]
        self._own = {
            session: sum(1 << place for place, turn in enumerate(self._turns) if turn == session)
            for session in dict.fromkeys(self._turns)
        }
        steps = list(_steps_by_turn(history))
        effects = effects_of(history)
        own = [Effect() if step is None else effects[step.number] for step in steps]
        self._clashing = clashes(own, self._turns, _carried(steps, effects))
        self._released = [0 if turn is None else 1 << turn for turn in _released(steps)]
        self._before: list[int] = []
        self._right_before: list[int] = []
        self._numbers: list[Event] = []
        for place in range(len(self._turns)):
            before, right_before = self._happened_before(place, (1 << place) - 1)
            self._before.append(before)
            self._right_before.append(right_before)
            self._numbers.append(self._number(place, before))

    @property
    def events(self) -> frozenset[Event]:
        """All its events: equal for equivalent interleavings, and for no others."""
        return frozenset(self._numbers)

    def allows(self, schedule: Iterable[str]) -> bool:
        """Whether a schedule certainly comes to the same: it has all turns, each after those that it must come after.

        Args:
            schedule: whose turn it is; turns of a session that has come to its end count for nothing.
        """
        places = {
            (session, nth): place for place, (session, nth) in enumerate(zip(self._turns, self._places, strict=True))
        }
        taken: Counter[str] = Counter()
        done = 0
        for session in schedule:
            place = places.get((session, taken[session]))
            if place is None:
                continue
            if self._before[place] & ~done:
                return False
            done |= 1 << place
            taken[session] += 1
        return done == (1 << len(self._turns)) - 1

    @property
    def turns(self) -> Iterator[tuple[Start, Event]]:
        """Each turn's event, with the events that happened before it."""
        for place, before in enumerate(self._before):
            yield Start(self._events(_places(before)), self._turn(place)), self._numbers[place]

    def reversals(self, is_known: Callable[[Start], bool]) -> Iterator[Beginning]:
        """How else runs may begin: for each two steps that do not commute and could have come the other way round.

        All that did not happen after the first of them stays (as in the optimal dynamic partial order reduction of
        Abdulla, Aronsson, Jonsson and Sagonas 2014).

        Args:
            is_known: whether a start is of no interest.
        """
        for earlier, later in self._races():
            kept = [
                place for place, before in enumerate(self._before) if place != earlier and not before >> earlier & 1
            ]
            start = Start(self._events(kept), self._turn(later))
            if not is_known(start):
                before, _ = self._happened_before(later, sum(1 << place for place in kept))
                yield self._beginning(start, {place: self._before[place] for place in kept} | {later: before})

    def _turn(self, place: int) -> Turn:
        return self._turns[place], self._places[place]

    def _events(self, places: Iterable[int]) -> frozenset[Event]:
        return frozenset([self._numbers[place] for place in places])

    def _happened_before(self, place: int, others: int) -> tuple[int, int]:
        """The places that happened before a place, of some others, and those right before it, both as bits.

        Args:
            place: which.
            others: with them is all that happened before them.
        """
        own = self._own[self._turns[place]] & ((1 << place) - 1)
        left = (own | self._released[place] | self._clashing[place]) & others
        before = right_before = 0
        while left:
            last = left.bit_length() - 1
            before |= self._before[last] | 1 << last
            right_before |= 1 << last
            left &= ~before
        return before, right_before

    def _number(self, place: int, before: int) -> Event:
        """The event at a place, where some places come before it: the last one of each session tells of the others."""
        last = (before & own for own in self._own.values())
        known = frozenset(self._numbers[places.bit_length() - 1] for places in last if places)
        return _event(self._turns[place], self._places[place], known)

    def _races(self) -> Iterator[tuple[int, int]]:
        """Steps that do not commute, the earlier one first, where nothing that happened between them orders them."""
        for later, right_before in enumerate(self._right_before):
            for earlier in _places(right_before & self._clashing[later] & ~self._released[later]):
                yield earlier, later

    def _beginning(self, start: Start, pasts: dict[int, int]) -> Beginning:
        as_run = list(pasts)
        orders = (as_run, *(_in_order(pasts, self._turns, first) for first in set(self._turns)))
        schedules = {tuple(self._turns[place] for place in order) for order in orders}
        (switches, schedule), *others = sorted((self._switches(schedule), schedule) for schedule in schedules)
        return Beginning(start, schedule, switches, others[0][1] if others else ())

    def _switches(self, schedule: tuple[str, ...]) -> int:
        """The context switches of a run that begins so, if it is as long as this one."""
        unfinished = [one for one in set(self._turns) if self._turns.count(one) > schedule.count(one)]
        return len(list(groupby(schedule))) - 1 + sum(one != schedule[-1] for one in unfinished)


def _steps_by_turn(history: History) -> Iterator[Step | None]:
    """The step of each turn; a call that sends nothing has a turn, and no step."""
    steps = deque(history.steps)
    for turn in history.turns:
        has_sent = bool(steps) and (steps[0].session, steps[0].call) == turn
        yield steps.popleft() if has_sent else None


def _released(steps: Sequence[Step | None]) -> Iterator[int | None]:
    """For each turn, the turn that let its session go on, where its step before was blocked until then."""
    turns = {step.number: turn for turn, step in enumerate(steps) if step is not None}
    last: dict[str, Step] = {}
    for step in steps:
        before = None if step is None else last.get(step.session)
        yield turns.get(before.settled) if before is not None and before.settled != before.number else None
        if step is not None:
            last[step.session] = step


def _carried(steps: Sequence[Step | None], effects: Mapping[int, Effect]) -> Mapping[int, Sequence[Carried]]:
    """For each turn that may have let steps of other sessions go on, these, with what they do.

    Where one waits, it has done a part, and does the rest when another lets go of what it waits for: in between, a
    third may lock what it has not come to, or find locked what an error then sets free.
    """
    found: defaultdict[int, list[Carried]] = defaultdict(list)
    waiting: list[Step] = []
    for turn, step in enumerate(steps):
        if step is None:
            continue
        for one in waiting:
            if one.settled == step.number or (effects[step.number].frees and step.session in one.waited_for):
                found[turn].append((one.session, effects[one.number]))
        waiting = [one for one in (*waiting, step) if one.settled > step.number]
    return found


def _in_order(pasts: dict[int, int], turns: Sequence[str], first: str) -> list[int]:
    """Places in an order in which none comes before its past, each session going on for as long as it can.

    Args:
        pasts: place -> the places before it, as bits.
        turns: place -> whose it is.
        first: the session that begins, if it can.
    """
    left: dict[str, deque[int]] = {}
    for place in sorted(pasts):
        left.setdefault(turns[place], deque()).append(place)
    found: list[int] = []
    done = 0
    session = first
    while left:
        if session not in left or pasts[left[session][0]] & ~done:
            session = min((own[0], other) for other, own in left.items() if not pasts[own[0]] & ~done)[1]
        place = left[session].popleft()
        found.append(place)
        done |= 1 << place
        if not left[session]:
            del left[session]
    return found


def _places(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
