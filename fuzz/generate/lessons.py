"""Runs calls alone, before any two meet: what they touch is learnt, and some are wrong all by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product

from fuzz.case import Call, Case
from fuzz.errors import TargetError
from fuzz.generate.calls import call_table, unique
from fuzz.generate.footprint import Footprint, footprint_of
from fuzz.generate.meetings import Alone, Meetings, meet_more
from fuzz.generate.palettes import Act, Palettes, palettes_of_calls, palettes_of_sessions
from fuzz.generate.refusals import Refusals
from fuzz.history import History
from fuzz.traces.foresight import Foresight
from fuzz.trial import Trial, Verdict

TRIES = (10, 16)
"""Calls of an operation that are run in the first and in the second lesson to find so many that write."""

WRITERS = (1, 3)
"""Calls of an operation that write, each other rows than the others, to find in the first and the second lesson."""

MOST = 400
"""The most calls, and then the most acts, that are run alone, some of each operation: a few seconds. Where there are
more, the others are met among any two calls only.
"""

SOME = 80
"""As many for a start, where one session lives through a program."""


class HangsAlone(TargetError):
    """A call does not come to its end by itself: nothing it could be explored with would end.

    Args:
        call: which.
        why: what it was seen to do.

    Attributes:
        operation: the call's.
    """

    def __init__(self, call: Call, why: str) -> None:
        told = " ".join(why.split())  # a statement has lines
        super().__init__(f"{call}, run alone, {told}.", "Let it come to its end; `run` shows the statements it sends.")
        self.operation = call.operation


def learn(trial: Trial, word: str, chance: int, operations: Collection[str] = ()) -> Lessons:
    """Learn all there is to learn; arguments as of `Lessons`.

    Raises:
        HangsAlone: when a call does not come to its end.
    """
    lessons = Lessons(trial, word, chance, operations)
    _learn(lessons, Lessons.all)
    return lessons


def learn_calls(trial: Trial, word: str, chance: int, operations: Collection[str] = ()) -> Lessons:
    """Learn what calls do by themselves, and nothing of long sessions' acts; otherwise as `learn` does."""
    lessons = Lessons(trial, word, chance, operations)
    _learn(lessons, Lessons.each)
    return lessons


def _learn(lessons: Lessons, lesson: Callable[[Lessons], Iterator[Verdict]]) -> None:
    some = () if lessons.lasting else (lessons.some(0), lessons.some(1))  # else all that were run might fail
    for verdict in chain(*some, lesson(lessons)):
        _refuse_hung(verdict.history)


def _refuse_hung(history: History) -> None:
    for session, why in history.hung.items():
        call = history.case.programs[session][history.turns[-1][1]]
        raise HangsAlone(call, why)


class Lessons:
    """What has been learnt of a target's calls.

    Args:
        trial: runs and judges them.
        word: the TARGET word.
        chance: seed of what is drawn.
        operations: those to learn about; none: all.

    Attributes:
        calls: their calls, each once, some of each operation first.
        lasting: whether one session lives through a program.
        failing: (operation, exception) pairs that were raised by what was run alone.
        wrong: signatures of violations -> the first of what was run alone that has it.

    Raises:
        ToolError: as `call_table` does.
    """

    def __init__(self, trial: Trial, word: str, chance: int, operations: Collection[str] = ()) -> None:
        target = trial.stage.target
        self._trial = trial
        self._word = word
        self._chance = chance
        self.failing: set[tuple[str, str]] = set()
        self.wrong: dict[str, Verdict] = {}
        self._table = call_table(type(target), chance)
        self._foresight = Foresight(self._run().history)
        self._alone: dict[int, Footprint] = {}
        self._refusals = Refusals()
        self._acts: dict[tuple[int, int], Footprint] = {}
        self._writers: dict[str, list[int]] = {}
        self._met: Meetings = {}
        self._compared = 0
        self.calls = [call for call in unique(self._table) if not operations or call.operation in operations]
        self.lasting = target.session_scope == "program"
        self._palettes = (0, self._made())

    @property
    def alone(self) -> Sequence[Alone]:
        """The calls that have been run, in the order of all calls, with what each touched."""
        return [(self.calls[place], self._alone[place]) for place in sorted(self._alone)]

    @property
    def unlearnt(self) -> int:
        """How many calls have not been run: of these, nothing is known."""
        return len(self.calls) - len(self._alone)

    @property
    def writers(self) -> Sequence[Alone]:
        """Calls that write, each other rows than the others of its operation."""
        return [(self.calls[place], self._alone[place]) for places in self._writers.values() for place in places]

    def some(self, lesson: int) -> Iterator[Verdict]:
        """Run some calls of each operation, up to one that writes, or in the second lesson to some that do.

        What is foretold to be refused is passed over.
        """
        for operation, places in self._by_operation().items():
            yield from self._some(self._writers.setdefault(operation, []), places[: TRIES[lesson]], WRITERS[lesson])

    def all(self, most: int = MOST) -> Iterator[Verdict]:
        """Run all calls, up to so many; where one session lives through a program, as many acts, too."""
        yield from self.each(most)
        if self.lasting:
            yield from self._some_acts(most)

    def each(self, most: int = MOST) -> Iterator[Verdict]:
        """Run all calls, up to so many."""
        for place in range(min(most, len(self.calls))):
            if place not in self._alone:
                yield self._one(place)

    def rehearse(self, program: Sequence[Call], number: int) -> Footprint:
        """Run a program alone.

        Args:
            program: its calls.
            number: tells it from other programs, as what they make up is to differ.

        Returns:
            What it touched.

        Raises:
            HangsAlone: when it does not come to its end.
        """
        dice = len(self.calls) + number + 1
        history = self._run(*program, dice=dice).history
        _refuse_hung(history)
        return footprint_of(history, dice)

    def met(self) -> Meetings:
        """How the calls meet that have been run."""
        alone = [(self.calls[place], footprint) for place, footprint in self._alone.items()]
        meet_more(self._met, alone[: self._compared], alone[self._compared :])
        self._compared = len(alone)
        return self._met

    def palettes(self) -> Palettes:
        """What cases are made of, by what has been learnt so far."""
        learnt = len(self._alone) + len(self._acts)
        if self._palettes[0] < learnt:
            self._palettes = (learnt, self._made())
        return self._palettes[1]

    def _made(self) -> Palettes:
        if self.lasting:
            acts = [
                Act((self.calls[one], self.calls[other]), footprint) for (one, other), footprint in self._acts.items()
            ]
            return palettes_of_sessions(self._table, self.calls, self.alone, acts, self._foresight)
        return palettes_of_calls(self._table, self.calls, self.alone, self.met(), self._foresight, self._chance)

    def _by_operation(self) -> Mapping[str, Sequence[int]]:
        """The calls of each operation, those first that differ from the simplest in few arguments."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, call in enumerate(self.calls):
            places[call.operation].append(place)
        return {operation: self._near_first(each) for operation, each in places.items()}

    def _near_first(self, places: Sequence[int]) -> Sequence[int]:
        simplest = self.calls[places[0]]
        return sorted(places, key=lambda place: _differing(self.calls[place], simplest))

    def _some(self, writers: list[int], places: Iterable[int], most: int) -> Iterator[Verdict]:
        for place in places:
            if len(writers) == most:
                return
            if place not in self._alone:
                if self._refusals.foretell(self.calls[place]):
                    continue
                yield self._one(place)
            writes = self._alone[place].writes
            if writes and writes not in [self._alone[writer].writes for writer in writers]:
                writers.append(place)

    def _some_acts(self, most: int) -> Iterator[Verdict]:
        touching = [place for place, footprint in self._alone.items() if footprint.touches]
        others = [place for place, footprint in self._alone.items() if not footprint.touches]
        for other, one in islice(product(others, touching), most):  # each that touches before any has its second act
            if (one, other) not in self._acts:
                verdict = self._run(self.calls[one], self.calls[other])
                self._acts[one, other] = footprint_of(verdict.history)
                yield verdict

    def _one(self, place: int) -> Verdict:
        verdict = self._run(self.calls[place], dice=place + 1)
        self._alone[place] = footprint_of(verdict.history, place + 1)
        self._refusals.note(self.calls[place], all(outcome.failure is None for outcome in verdict.history.outcomes))
        return verdict

    def _run(self, *program: Call, dice: int = 0) -> Verdict:
        """Run calls one after the other; with other dice, so that ids that they make up are not the same by chance."""
        verdict = self._trial(Case(self._word, "rc", {"A": program}, seed=self._chance + dice), remember=True)
        self.failing.update(verdict.alone)
        for violation in verdict.violations:
            self.wrong.setdefault(violation.signature, verdict)
        return verdict


def _differing(call: Call, other: Call) -> int:
    return sum(call.arguments[name] != other.arguments[name] for name in call.arguments)
