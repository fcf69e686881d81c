"""What is foreseen of steps before they are taken, against what they turned out to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

import pytest

from fuzz import Target
from fuzz.case import Call, Case
from fuzz.generate.driving import drive
from fuzz.history import History
from fuzz.strategies import STRATEGIES, Replay, Strategy, Turn
from fuzz.traces import commute, effects_of
from fuzz.traces.foresight import Foresight
from fuzz.trial import Trial
from tests.generate.conftest import Stand
from tests.targets_that_race import Both, Crossing, Keeping, Losing, Skewing

Programs = Mapping[str, tuple[Call, ...]]


@dataclass(slots=True)
class Noting:
    """Lets another strategy choose, and notes at each turn what is foreseen of any two sessions' next steps.

    Attributes:
        foreseen: how many turns A and B had had, and whether their next steps conflict.
    """

    other: Strategy
    taken: dict[str, int] = field(default_factory=lambda: {"A": 0, "B": 0})
    foreseen: list[tuple[int, int, bool]] = field(default_factory=list)

    def choose(self, turn: Turn) -> str:
        """As the other one does."""
        if len(turn.ready) > 1:
            self.foreseen.append((self.taken["A"], self.taken["B"], turn.conflict("A", "B")))
        chosen = self.other.choose(turn)
        self.taken[chosen] += 1
        return chosen


def driven(trial: Trial, programs: Programs, noting: Noting, level: str) -> History:
    """Drive a case."""
    foresight = Foresight(trial(Case("x", "rc", {"A": programs["A"]})).history)
    with trial.stage.begin(list(programs), level, 1) as run:
        for session, calls in programs.items():
            for call in calls:
                run.add(session, call)
        drive(run, noting, foresight)
        run.finish()
        return trial.stage.history(run, Case("x", level, programs, seed=1))


def compared(history: History, noting: Noting) -> Iterator[tuple[bool, bool]]:
    """Whether two next steps were foreseen to conflict, and whether they do not commute as they were taken."""
    steps = {session: [step for step in history.steps if step.session == session] for session in "AB"}
    effects = effects_of(history)
    for one, other, foreseen in noting.foreseen:
        if one < len(steps["A"]) and other < len(steps["B"]):
            mine, yours = steps["A"][one], steps["B"][other]
            yield foreseen, not commute(effects[mine.number], effects[yours.number])


def calls_of(target: type[Target], random: Random) -> Programs:
    """Two calls, one a session."""
    operations = list(target.operations)
    arguments = {"account": [1, 2], "source": [1, 2], "to": [1, 2]}

    def call() -> Call:
        operation = random.choice(operations)
        names = target.operations[operation].strategies
        return Call(operation, {name: random.choice(arguments[name]) for name in names})

    return {"A": (call(),), "B": (call(),)}


@pytest.mark.parametrize("level", ["rc", "rr"])
@pytest.mark.parametrize("target", [Losing, Keeping, Skewing, Crossing, Both])
def test_what_does_not_commute_was_foreseen_to_conflict(stand: Stand, target: type[Target], level: str) -> None:
    random = Random(1)
    pairs: list[tuple[bool, bool]] = []
    for _ in range(12):
        programs = calls_of(target, random)
        noting = Noting(STRATEGIES["walk"]({"A": 5, "B": 5}, random))
        pairs += compared(driven(stand(target), programs, noting, level), noting)
    assert [pair for pair in pairs if pair == (False, True)] == []
    assert {foreseen for foreseen, _ in pairs} == {True, False}


def foreseen(trial: Trial, schedule: str, one: Call, other: Call) -> list[tuple[int, int, bool]]:
    """What is foreseen at each turn, in a case of two calls."""
    noting = Noting(Replay(schedule))
    driven(trial, {"A": (one,), "B": (other,)}, noting, "rc")
    return noting.foreseen


@pytest.mark.parametrize(
    ("account", "taken", "conflict"),
    [
        (2, 1, True),  # both write the row
        (3, 1, False),
        (1, 2, True),  # the commit lets the row go that the other is to write
        (3, 2, False),
    ],
)
def test_pos_is_told_on_a_real_run_what_conflicts(stand: Stand, account: int, taken: int, conflict: bool) -> None:
    transfer, deposit = Call("transfer", {"source": 1, "to": 2}), Call("deposit", {"account": account})
    assert (taken, 1, conflict) in foreseen(stand(Both), "A" * taken + "B", transfer, deposit)


def test_a_call_that_has_not_begun_may_do_anything(stand: Stand) -> None:
    one, other = (Call("read", {"account": account}) for account in (1, 2))
    assert foreseen(stand(Losing), "AB", one, other)[:2] == [(0, 0, True), (1, 0, True)]
