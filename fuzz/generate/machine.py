"""The state machine: whose turn it is, and what that session does with it.

There is one rule, with two drawn arguments. More rules would be fewer cases: Hypothesis switches rules off at random
(swarm testing), and a machine that only begins calls, or only goes on, tests nothing. More arguments would not
shrink. Everything is total: a choice that makes no sense now does nothing. What is drawn is where to switch, not every
statement; "to the end of its call" is the simplest.

Or a strategy is drawn, which drives the case once its calls are known; the turns then say no more than which these
are. Such a case finds more than one that is drawn switch by switch, and shrinks worse: whoever looks at it should go on
from the schedule that was executed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.errors import StopTest
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from fuzz.case import Call, Case
from fuzz.engine.run import Run
from fuzz.engine.stage import NAMES
from fuzz.errors import ToolError
from fuzz.generate.driving import drive
from fuzz.generate.palettes import Palettes
from fuzz.history import History
from fuzz.strategies import STRATEGIES
from fuzz.trial import Trial, Verdict

CALLS = {"call": 2, "program": 8}
"""How many calls a session makes in one case at the most, by session scope: a call that is one unit of work, or one
act of a long session.
"""

TURNS = {"call": 6, "program": 16}
"""How many turns a case has, by session scope."""

SPARE = 10_000
"""More steps than a call takes; an operation that never ends is given up there."""

DRAWN = "drawn"
"""The strategy of Hypothesis: it draws every switch, so that what it finds shrinks best."""

Examine = Callable[[Verdict, bool], None]
"""Looks at what came of a case, and whether a strategy drove it; raises a violation that Hypothesis is to shrink."""


class Abort(BaseException):
    """Carries an error of the tool through Hypothesis, which would shrink an `Exception` as if it were a bug."""

    def __init__(self, error: ToolError) -> None:
        super().__init__(error)
        self.error = error


class CaseMachine(RuleBasedStateMachine):
    """One case, as Hypothesis makes it up; `machine_of` makes the subclass for a target."""

    word: ClassVar[str]
    chance: ClassVar[int]

    def prepare(self) -> Trial:
        """What runs and judges; asked when a case begins."""
        raise NotImplementedError

    def learnt(self) -> Palettes:
        """The calls to choose from; asked when a case begins."""
        raise NotImplementedError

    def examine(self, verdict: Verdict) -> None:
        """Look at what came of a case, and raise a violation that Hypothesis is to shrink."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._programs: dict[str, list[Call]] = {}
        self._run: Run | None = None
        self._strategy: str = DRAWN
        self._drawn: list[object] = []

    @property
    def is_driven(self) -> bool:
        """Whether a strategy drives the case."""
        return self._strategy != DRAWN

    def start(self, sessions: Sequence[str], how: tuple[str, str], palette: int) -> None:
        """Let the case's run begin.

        Args:
            sessions: their names.
            how: the isolation level, a key of `fuzz.case.ISOLATION`, and the strategy: a key of
                `fuzz.strategies.STRATEGIES`, or `DRAWN`.
            palette: the number of the palette that the case's calls are from, round and round.
        """
        self._trial = self.prepare()
        isolation, self._strategy = how
        self._isolation = isolation
        self._drawn.append((how, palette))
        self._palettes = self.learnt()
        self._palette = self._palettes.palette(palette % len(self._palettes), len(sessions))
        self._programs = {session: [] for session in sessions}
        self._run = self._stack.enter_context(self._trial.stage.begin(sessions, isolation, self.chance))
        for session, call in zip(sessions, self._palette.first, strict=False):
            self._add(self._run, session, call)

    def take(self, session: str, choice: int) -> None:
        """A session's turn: in a call it goes on, after its last call it begins another.

        Args:
            session: whose turn it is.
            choice: how many steps to take; 0, or more than the call has: to its end. Or a place in the palette, and
                then whether the call begun goes to its end or one step.
        """
        run = self._run
        if run is None:
            return
        self._drawn.append((session, choice))
        if self.is_driven:
            begun, place = divmod(choice, len(self._palette.calls))
            if begun % 2 and len(self._programs[session]) < CALLS[self._trial.stage.target.session_scope]:
                self._add(run, session, self._palette.calls[place])
        elif run.is_exhausted(session):
            if len(self._programs[session]) == CALLS[self._trial.stage.target.session_scope]:
                return
            begun, steps = divmod(choice, len(self._palette.calls))
            self._add(run, session, self._palette.calls[steps])
            self._go(run, session, begun % 2)
        else:
            call = self._programs[session][max(run.place(session), 0)]
            self._go(run, session, choice % (2 * self._palettes.lengths[call.operation]))

    def _add(self, run: Run, session: str, call: Call) -> None:
        self._programs[session].append(call)
        run.add(session, call)

    def _go(self, run: Run, session: str, steps: int) -> None:
        """Take some steps, 0: many, but none of the next call."""
        if not run.step(session):
            return
        place = run.place(session)
        for _ in range((steps or SPARE) - 1):
            if run.is_between(session) or run.place(session) != place or not run.step(session):
                return

    def _drive(self, run: Run) -> None:
        """Let the strategy drive the case, from what has been drawn for it."""
        lengths = {
            session: sum(self._palettes.length(call) for call in calls) for session, calls in self._programs.items()
        }
        random = Random(repr((self.chance, self._drawn)))  # noqa: S311 - a case must repeat
        drive(run, STRATEGIES[self._strategy](lengths, random), self._palettes.foresight)

    def teardown(self) -> None:
        """Let all sessions come to their end, and judge."""
        run, self._run = self._run, None
        if run is None:
            return
        broken_off = sys.exception()
        with self._stack:
            if broken_off is None and self.is_driven:
                self._drive(run)
            if broken_off is None or isinstance(broken_off, Exception | StopTest):
                run.finish()
        if broken_off is not None:  # Hypothesis has seen enough of this case, so there is nothing to judge
            return
        case = Case(
            self.word,
            self._isolation,
            {session: tuple(calls) for session, calls in self._programs.items()},
            seed=self.chance,
        )
        history: History = self._trial.stage.history(run, case)
        self.examine(self._trial.judge(history))


def machine_of(
    *,
    word: str,
    learnt: Callable[[], Palettes],
    bounds: tuple[int, int],
    sessions: int,
    isolation: Sequence[str],
    chance: int,
    prepare: Callable[[], Trial],
    examine: Examine,
    strategies: Sequence[str] = (DRAWN,),
) -> type[CaseMachine]:
    """A state machine for a target.

    Args:
        word: the TARGET word for the cases.
        learnt: gives the calls to choose from, when a case begins.
        bounds: how many palettes there are to choose from, and how many choices a turn has.
        sessions: how many sessions a case has.
        isolation: the levels to choose from, as keys of `fuzz.case.ISOLATION`.
        chance: seed of the cases' clock and dice.
        prepare: gives what runs and judges, when a case begins.
        examine: told what came of each case, and whether a strategy drove it.
        strategies: to choose from, as keys of `fuzz.strategies.STRATEGIES`, and `DRAWN`.
    """
    names = NAMES[:sessions]
    palettes, choices = bounds
    ways = [(level, strategy) for strategy in strategies for level in isolation]

    class Machine(CaseMachine):
        @initialize(how=st.sampled_from(ways), palette=st.integers(0, palettes - 1))
        def open(self, how: tuple[str, str], palette: int) -> None:
            guarded(self.start)(names, how, palette)

        @rule(session=st.sampled_from(names), choice=st.integers(0, choices - 1))
        def turn(self, session: str, choice: int) -> None:
            guarded(self.take)(session, choice)

        def teardown(self) -> None:
            guarded(super().teardown)()

        def prepare(self) -> Trial:
            return prepare()

        def learnt(self) -> Palettes:
            return learnt()

        def examine(self, verdict: Verdict) -> None:
            examine(verdict, self.is_driven)

    Machine.word, Machine.chance = word, chance
    Machine.__name__ = Machine.__qualname__ = f"{word.rpartition(':')[2]}Machine"
    return Machine


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose errors of the tool go through Hypothesis unshrunk."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ToolError as error:
            raise Abort(error) from error

    return call
