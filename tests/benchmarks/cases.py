"""How long a case takes, and on what."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import psycopg

import fuzz.campaign.campaign
import fuzz.engine.settle
import fuzz.serial_orders
from fuzz.campaign.campaign import Budget, campaign
from fuzz.campaign.events import Summary
from fuzz.campaign.tally import Tally
from fuzz.engine.environments import Environments
from fuzz.engine.lane import Lane
from fuzz.engine.scheduled import Scheduled
from fuzz.engine.settle import Settler
from fuzz.engine.stage import Stage
from fuzz.generate.hunt import Hunt
from fuzz.generate.machine import CaseMachine
from fuzz.postgres import Server
from fuzz.postgres.prepared import Prepared
from fuzz.trial import Trial
from fuzz.trials import Trials
from models import Network
from tests.benchmarks.figures import Figure
from tests.benchmarks.stopwatch import Stopwatch

GOAL_MS = 20.0
JUDGING_GOAL = 0.1

HYPOTHESIS = "Hypothesis"
SCHEDULING = "scheduling, recording"
SQLALCHEMY = "SQLAlchemy, the target"
POSTGRESQL = "PostgreSQL, by psycopg"
ASKING = "PostgreSQL, asked by rowrace"
RESET = "reset"
JUDGING = "judging"
INVARIANTS = "invariants"
SERIAL = "serial orders, to judge"
COUNTING = "counting interleavings"
SWEPT = "swept"
PARTS = (HYPOTHESIS, SQLALCHEMY, POSTGRESQL, ASKING, SCHEDULING, RESET, JUDGING, INVARIANTS, SERIAL, COUNTING)

HOW = """How a case was split: functions at the seams were wrapped, and the time between two seams is charged to the
inner one. Hypothesis is all of a batch outside of the state machine's rules; SQLAlchemy is all in a session's greenlet
up to the exchange with the server; PostgreSQL is that exchange, psycopg's sending, waiting and reading; scheduling is
the rest of the rules; of a reset, it is what beginning it takes and what is left to wait for, as the server does it
while the last case is judged; judging in all is judging with the serial orders that it takes. The wrapping is lost in
the noise. Split are the cases drawn by the state machine, of up to two calls a session; those of the sweep, which has
no Hypothesis in it, have a row of their own."""


def seams() -> Iterator[tuple[str, object, str, bool]]:
    """Account, owner, function, and whether all inside is charged to it."""
    yield HYPOTHESIS, Hunt, "run", False
    for name in ("start", "take", "teardown"):
        yield SCHEDULING, CaseMachine, name, False
    yield SWEPT, Hunt, "look_through", True
    yield COUNTING, Tally, "note", True
    yield SQLALCHEMY, Lane, "_begin", False
    yield SQLALCHEMY, Lane, "answer", False
    yield SCHEDULING, Scheduled, "step", False
    yield POSTGRESQL, Settler, "_drive", False
    yield POSTGRESQL, fuzz.engine.settle, "wait", False
    yield POSTGRESQL, psycopg.Connection, "wait", False
    yield ASKING, Prepared, "__call__", False
    yield RESET, Stage, "tidy_up", True
    yield RESET, Stage, "_put_back", True
    yield JUDGING, Trial, "judge", False
    yield INVARIANTS, Environments, "inspect", True
    yield SERIAL, fuzz.serial_orders, "serial_history", True
    yield SERIAL, fuzz.serial_orders, "serial_history_again", True


def measure_cases(server: Server, *, cases: int) -> Iterator[Figure]:
    """Milliseconds of a case of the reference target, by parts."""
    watch = Stopwatch()
    with Trials(server) as trials:
        trial = trials.of(Network)
        run_campaign(trial, server, cases // 10, seed=1)  # compiles statements, fills caches
        with watch.over(seams()):
            summary = run_campaign(trial, server, cases, seed=2)
    drawn = watch.entered[JUDGING]
    split = {part: watch.seconds[part] for part in PARTS}
    milliseconds = 1000 * sum(split.values()) / drawn
    yield Figure("case", "cases", 1000 / milliseconds, "1/s")
    yield Figure("case", "steps in a case", summary.steps / summary.cases, "")
    yield Figure("case", "one case", milliseconds, "ms", goal=f"< {GOAL_MS:g} ms", met=milliseconds < GOAL_MS)
    for part, seconds in split.items():
        each = 1000 * seconds / drawn
        yield Figure("case", f"  {part}", each, "ms", share=each / milliseconds)
    judging = 1000 * (split[JUDGING] + split[SERIAL]) / drawn
    share = judging / milliseconds
    goal = f"< {JUDGING_GOAL:.0%} of it"
    yield Figure("case", "judging in all", judging, "ms", share=share, goal=goal, met=share < JUDGING_GOAL)
    if summary.cases > drawn:
        swept = 1000 * watch.seconds[SWEPT] / (summary.cases - drawn)
        yield Figure("case", "one case of the sweep, a call a session", swept, "ms")


def run_campaign(trial: Trial, server: Server, cases: int, *, seed: int) -> Summary:
    """Run cases of the reference target, two sessions each: a quarter from the sweep, the others drawn."""
    swept = max(cases // 4, 1)
    with patch.multiple(fuzz.campaign.campaign, FIRST_SLICE=swept, SLICE=swept, BATCH=cases):
        events = campaign(
            trial,
            word="models:Network",
            seed=seed,
            isolation=("rc",),
            sessions=2,
            budget=Budget(cases=cases),
            postgres=server.version,
        )
        return [event.summary for event in events][-1]
