"""A run as a trace: what happened before what, whatever the order of the steps that commute.

Two interleavings are equivalent when they have the same events, an event being a session's step together with all that
happened before it (the configurations of an event structure; Nielsen, Plotkin and Winskel 1981; used for searching by
Rodriguez, Sousa, Sharma and Kroening 2015).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from fuzz.history import History, Step
from fuzz.traces.commute import commute
from fuzz.traces.effect import Effect
from fuzz.traces.effects import effects_of

Event = int
"""A session's step with all that happened before it, as a hash of 64 bits: the same in every run that has it."""


def _event(session: str, place: int, before: frozenset[Event]) -> Event:
    """The event of a session's step, by how many it has taken before, and by the events before it."""
    return hash((session, place, before))


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a run may begin: with one step before another that came first so far.

    Attributes:
        events: what happens in it, whatever the order of the steps that commute.
        schedule: whose turn it is, with few context switches.
        switches: how many context switches a run takes, probably, that begins with it, and in which every session then
            goes on to its end.
    """

    events: frozenset[Event]
    schedule: tuple[str, ...]
    switches: int


class Trace:
    """A run up to the order of the steps that commute.

    Args:
        history: the run's.
    """

    def __init__(self, history: History) -> None:
        self._turns = [session for session, _ in history.turns]
        self._places = [self._turns[:place].count(session) for place, session in enumerate(self._turns)]
        steps = list(_steps_by_turn(history))
        effects = effects_of(history)
        self._effects = [Effect() if step is None else effects[step.number] for step in steps]
        self._clashing = self._all_clashing()
        self._released = list(_released(steps))
        self._before: list[int] = []
        self._numbers: list[Event] = []
        for place in range(len(self._turns)):
            before = self._happened_before(place, range(place))
            self._before.append(before)
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

    def reversals(self) -> Iterator[Beginning]:
        """How else runs may begin: for each two steps that do not commute and could have come the other way round.

        All that did not happen after the first of them stays (as in the optimal dynamic partial order reduction of
        Abdulla, Aronsson, Jonsson and Sagonas 2014).
        """
        for later in range(len(self._turns)):
            for earlier in range(later):
                if self._is_race(earlier, later):
                    yield self._reversed(earlier, later)

    def _happened_before(self, place: int, others: Sequence[int]) -> int:
        """The set of places, as bits, that happened before a place, of some that came before it, in their order."""
        before = 0
        for other in others:
            if self._is_bound(other, place):
                before |= self._before[other] | 1 << other
        return before

    def _is_bound(self, earlier: int, later: int) -> bool:
        """Whether a step must come after another, which stands before it."""
        return (
            self._turns[earlier] == self._turns[later]
            or self._lets_go_on(earlier, later)
            or self._clash(earlier, later)
        )

    def _clash(self, one: int, other: int) -> bool:
        """Whether two sessions' steps do not commute."""
        return bool(self._clashing[one] >> other & 1)

    def _all_clashing(self) -> list[int]:
        """For each place those, as bits, at which other sessions' steps do not commute with its own."""
        clashing = [0] * len(self._turns)
        for one, other in combinations(range(len(self._turns)), 2):
            if self._turns[one] != self._turns[other] and not commute(self._effects[one], self._effects[other]):
                clashing[one] |= 1 << other
                clashing[other] |= 1 << one
        return clashing

    def _lets_go_on(self, earlier: int, later: int) -> bool:
        """Whether a session could not have taken a step before another session had taken one."""
        return self._released[later] == earlier

    def _number(self, place: int, before: int) -> Event:
        known = frozenset(self._numbers[other] for other in _places(before))
        return _event(self._turns[place], self._places[place], known)

    def _is_race(self, earlier: int, later: int) -> bool:
        if self._lets_go_on(earlier, later) or not self._clash(earlier, later):
            return False
        between = (place for place in _places(self._before[later]) if place > earlier)
        return not any(self._before[place] >> earlier & 1 for place in between)

    def _reversed(self, earlier: int, later: int) -> Beginning:
        kept = [
            place for place in range(len(self._turns)) if place != earlier and not self._before[place] >> earlier & 1
        ]
        before = self._happened_before(later, kept)
        events = {self._numbers[place] for place in kept} | {self._number(later, before)}
        pasts = {**{place: self._before[place] for place in kept}, later: before}
        schedules = (
            tuple(self._turns[place] for place in _in_order(pasts, self._turns, first)) for first in set(self._turns)
        )
        switches, schedule = min((self._switches(schedule), schedule) for schedule in schedules)
        return Beginning(frozenset(events), schedule, switches)

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


def _in_order(pasts: dict[int, int], turns: Sequence[str], first: str) -> list[int]:
    """Places in an order in which none comes before its past, each session going on for as long as it can.

    Args:
        pasts: place -> the places before it, as bits.
        turns: place -> whose it is.
        first: the session that begins, if it can.
    """
    found: list[int] = []
    done = 0
    left = sorted(pasts)
    while left:
        ready = [place for place in left if not pasts[place] & ~done]
        own = [place for place in ready if turns[place] == (turns[found[-1]] if found else first)]
        place = (own or ready)[0]
        found.append(place)
        left.remove(place)
        done |= 1 << place
    return found


def _places(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
