"""A case that Hypothesis has not drawn becomes choices of its own, so that it shrinks it as if it had.

What a strategy or the sweep has found is a schedule. The same run as turns of the state machine, each a session and a
choice, is a flat list, and of all encodings that shrinks best (measured: a list of who goes on with which call reaches
the least case most often; a seed hardly shrinks at all). Hypothesis takes choices as bytes where another fuzzer
brings them (`fuzz_one_input`), keeps in its database what fails, and shrinks it when the test is run the next time.

It costs some executions more than the exact stage takes alone, for the same least cases. What it is for are cases with
so many calls that the exact stage would spend its budget on them.

How bytes become choices is its own affair, and may change. So the first run must show the violation; if it does not,
the case stays as it is, and the exact stage has it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.errors import Flaky

from fuzz.case import Call, Case
from fuzz.generate.calls import unique
from fuzz.generate.hunt import Enough, Hunt
from fuzz.generate.machine import DRAWN, Abort, guarded, machine_of
from fuzz.generate.palettes import Palettes
from fuzz.history import CLOSING, History
from fuzz.traces.foresight import Foresight
from fuzz.trial import Trial
from fuzz.violations import Violation

Turn = tuple[int, int]
"""The number of a session, and its choice: the arguments of the machine's rule."""

MORE = b"\xff"
END = b"\x00"
"""What stands before each element of a list, and behind the last."""


def shrink_as_drawn(hunt: Hunt, trial: Trial) -> None:
    """Let Hypothesis shrink what a hunt has found otherwise.

    Args:
        hunt: has found a violation; keeps the least case.
        trial: runs and judges.

    Raises:
        ToolError: what the machine met.
    """
    assert hunt.least is not None
    history = hunt.least.history
    case, palettes = history.case, _palettes(history)
    choices = palettes.choices(len(case.programs))
    test = _test(hunt, trial, case, palettes, choices)
    found = _encoded(list(turns_of(history, palettes.calls)), len(case.programs), choices)
    try:
        with suppress(Enough, Violation, Flaky):
            if _fails(test, found):
                test()
    except Abort as abort:
        raise abort.error from None


def turns_of(history: History, calls: Sequence[Call]) -> Iterator[Turn]:
    """The turns of the state machine that come to a run.

    Args:
        history: the run's.
        calls: what is chosen from, each of the run's among them.
    """
    sessions = list(history.case.programs)
    runs = [(turn, len(list(steps))) for turn, steps in groupby(turn for turn in history.turns if turn[1] != CLOSING)]
    last = {turn: place for place, (turn, _) in enumerate(runs)}
    begun = set[tuple[str, int]]()
    for place, (turn, steps) in enumerate(runs):
        session, to_its_end, left = sessions.index(turn[0]), last[turn] == place, steps
        if turn not in begun:
            begun.add(turn)
            call = calls.index(history.case.programs[turn[0]][turn[1]])
            yield session, call if to_its_end else len(calls) + call
            left = 0 if to_its_end else steps - 1
        if left:
            yield session, 0 if to_its_end else left


def _palettes(history: History) -> Palettes:
    """One palette, of the case's own calls."""
    calls = unique([call for program in history.case.programs.values() for call in program])
    lengths = dict.fromkeys((call.operation for call in calls), len(history.turns))
    return Palettes(calls, (), (calls,), lengths, Foresight(history))


def _test(hunt: Hunt, trial: Trial, case: Case, palettes: Palettes, choices: int) -> Any:
    """A test of Hypothesis': any turns, in as many sessions as the case has."""
    names = list(case.programs)

    def prepare() -> Trial:
        hunt.begin()
        return trial

    machine = machine_of(
        word=case.target,
        learnt=lambda: palettes,
        bounds=(1, choices),
        sessions=len(names),
        isolation=(case.isolation,),
        chance=case.seed,
        prepare=prepare,
        examine=hunt.examine,
    )

    @_settings()
    @given(st.lists(st.tuples(st.integers(0, len(names) - 1), st.integers(0, choices - 1))))
    def test(turns: list[Turn]) -> None:
        made = machine()
        try:
            guarded(made.start)(names, (case.isolation, DRAWN), 0)
            for session, choice in turns:
                guarded(made.take)(names[session], choice)
        finally:
            made.teardown()

    return test


def _settings() -> settings:
    return settings(
        database=InMemoryExampleDatabase(),
        deadline=None,
        phases=[Phase.reuse, Phase.shrink],
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] # an odd metaclass
        verbosity=Verbosity.quiet,
    )


def _encoded(turns: Sequence[Turn], sessions: int, choices: int) -> bytes:
    """A list of turns as bytes: each number takes as many of them as the largest one needs."""
    widths = [((most - 1).bit_length() + 7) // 8 for most in (sessions, choices)]
    elements = (
        MORE + b"".join(number.to_bytes(width, "big") for number, width in zip(turn, widths, strict=True))
        for turn in turns
    )
    return b"".join([*elements, END])


def _fails(test: Any, choices: bytes) -> bool:
    """Run a test with some choices; if it fails, they are in its database then."""
    try:
        test.hypothesis.fuzz_one_input(choices)
    except Violation:
        return True
    return False
