"""The state machine: whose turn it is, and what that session does with it.

There is one rule, with two drawn arguments. More rules would be fewer cases: Hypothesis switches rules off at random
(swarm testing), and a machine that only begins calls, or only goes on, tests nothing. More arguments would not
shrink. Everything is total: a choice that makes no sense now does nothing. What is drawn is where to switch, not every
statement; "to the end of its call" is the simplest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import cycle
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.errors import StopTest
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from fuzz.case import Call, Case
from fuzz.engine.run import Run
from fuzz.engine.stage import NAMES
from fuzz.errors import ToolError
from fuzz.generate.palettes import Palettes
from fuzz.history import History
from fuzz.trial import Trial, Verdict

CALLS = {"call": 2, "program": 8}
"""How many calls a session makes in one case at the most, by session scope: a call that is one unit of work, or one
act of a long session.
"""

TURNS = {"call": 6, "program": 16}
"""How many turns a case has, by session scope."""

SPARE = 10_000
"""More steps than a call takes; an operation that never ends is given up there."""

Examine = Callable[[Verdict], None]
"""Looks at what came of a case, and raises a violation that Hypothesis is to shrink."""


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

    def start(self, sessions: Sequence[str], isolation: str, palette: int) -> None:
        """Let the case's run begin.

        Args:
            sessions: their names.
            isolation: a key of `fuzz.case.ISOLATION`.
            palette: the number of the palette that the case's calls are from, round and round.
        """
        self._trial = self.prepare()
        self._isolation = isolation
        self._palettes = self.learnt()
        self._palette = self._palettes[palette % len(self._palettes)]
        self._programs = {session: [] for session in sessions}
        self._run = self._stack.enter_context(self._trial.stage.begin(sessions, isolation, self.chance))
        if self._palette.first:
            for session, call in zip(sessions, cycle(self._palette.first), strict=False):
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
        if run.is_exhausted(session):
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

    def teardown(self) -> None:
        """Let all sessions come to their end, and judge."""
        run, self._run = self._run, None
        if run is None:
            return
        broken_off = sys.exception()
        with self._stack:
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
        examine: told what came of each case.
    """
    names = NAMES[:sessions]
    palettes, choices = bounds

    class Machine(CaseMachine):
        @initialize(level=st.sampled_from(list(isolation)), palette=st.integers(0, palettes - 1))
        def open(self, level: str, palette: int) -> None:
            guarded(self.start)(names, level, palette)

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
            examine(verdict)

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
