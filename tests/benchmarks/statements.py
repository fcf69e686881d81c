"""What the scheduler and the recorder cost, beside the same calls without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from time import perf_counter

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.postgres import Scratch, Server
from tests.benchmarks.figures import Figure
from tests.benchmarks.rounds import Compared, alternate
from tests.benchmarks.small import Small, ask, count

STATEMENTS_GOAL = 0.75
TRANSACTIONS_GOAL = 0.9
TRANSACTIONS_A_CASE = 10
"""As many as a case of a long program may have: what is recorded of one case is read anew after each of its commits."""


def measure_statements(server: Server, *, rounds: int, times: int) -> Iterator[Figure]:
    """Statements and transactions per second under the scheduler and bare, in the same scratch database."""
    with server.scratch() as scratch, closing(Stage(Small(), scratch)) as stage:
        yield _figure("select 1", _select_one(stage, scratch, rounds, times), times, STATEMENTS_GOAL)
        cases = max(times // (10 * TRANSACTIONS_A_CASE), 1)
        compared = _transactions(stage, scratch, rounds, cases)
        yield _figure("ORM get, change, commit", compared, cases * TRANSACTIONS_A_CASE, TRANSACTIONS_GOAL)


def _figure(name: str, compared: Compared, times: int, goal: float) -> Figure:
    return Figure(
        group="per second",
        name=name,
        value=times / compared.seconds,
        unit="1/s",
        base=times / compared.base,
        ratio=compared.ratio,
        goal=f">= {goal} of bare",
        met=compared.ratio >= goal,
    )


def _select_one(stage: Stage, scratch: Scratch, rounds: int, times: int) -> Compared:
    with scratch.connect() as connection:
        connection.autocommit = False  # as SQLAlchemy has it
        return alternate(
            lambda: _scheduled(stage, Call("ask", {"times": times})), lambda: _timed(ask, connection, times), rounds
        )


def _transactions(stage: Stage, scratch: Scratch, rounds: int, cases: int) -> Compared:
    engine = create_engine(scratch.url)
    sessions = sessionmaker(engine)
    call = Call("count", {"times": TRANSACTIONS_A_CASE})
    try:
        return alternate(
            lambda: sum(_scheduled(stage, call) for _ in range(cases)),
            lambda: sum(_timed(count, sessions, TRANSACTIONS_A_CASE) for _ in range(cases)),
            rounds,
        )
    finally:
        engine.dispose()


def _scheduled(stage: Stage, call: Call) -> float:
    """Seconds that a call takes under the scheduler, its history included; the reset before it is measured apart."""
    case = Case("tests.benchmarks.small:Small", "rc", {"A": (call,)})
    with stage.begin(("A",), case.isolation, case.seed) as run:
        run.add("A", call)
        running = _timed(run.finish)
    freezing = _timed(stage.history, run, case)
    assert run.recorder.outcomes[0].failure is None, "what fails at once is fast"
    return running + freezing


def _timed(function: Callable[..., object], *arguments: object) -> float:
    start = perf_counter()
    function(*arguments)
    return perf_counter() - start
