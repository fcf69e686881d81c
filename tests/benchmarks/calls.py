"""What a fuzzed call costs beside the same call made bare: one after the other, by sessions that nobody schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from time import perf_counter

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from fuzz.campaign.tally import Tally
from fuzz.case import Case
from fuzz.generate.lessons import Lessons
from fuzz.generate.sweep import Sweep
from fuzz.postgres import Server
from fuzz.postgres.catalogue import read_catalogue
from fuzz.postgres.reset import Reset
from fuzz.trial import Trial
from fuzz.trials import Trials
from models import Network
from tests.benchmarks.figures import Figure
from tests.benchmarks.rounds import alternate

GOAL = 1.5
WORD = "models:Network"
ALONE = 200
"""Cases at the beginning of a campaign in which calls are made alone: they are passed over."""

HOW = """How a fuzzed call was compared: the first pairs of calls that a campaign on the reference target explores, as
it runs them, putting rows back, scheduling, recording, judging and counting interleavings among it; and the same calls
one after the other, on an ordinary engine, in a database without triggers of rowrace's, whose rows are put back
meanwhile, which is not counted. Calls that had to try again in the pair send more than bare ones do."""


def measure_calls(server: Server, *, rounds: int, cases: int) -> Iterator[Figure]:
    """Milliseconds of a call, fuzzed and bare.

    Args:
        server: where.
        rounds: of both in turn.
        cases: of two calls each, a round.
    """
    with Trials(server) as trials, _bare(server) as bare:
        trial = trials.of(Network)
        pairs = _pairs(trial, cases)
        calls = sum(case.calls for case in pairs)
        compared = alternate(lambda: _fuzzed(trial, pairs), lambda: bare(pairs), rounds)
    ratio = 1 / compared.ratio
    yield Figure(
        "call",
        "a call of models:Network, fuzzed and bare",
        1000 * compared.seconds / calls,
        "ms",
        base=1000 * compared.base / calls,
        ratio=ratio,
        goal=f"<= {GOAL:g} of bare",
        met=ratio <= GOAL,
    )


def _pairs(trial: Trial, number: int) -> Sequence[Case]:
    """The first cases of a campaign in which two sessions make a call each, with their schedules."""
    verdicts = Sweep(trial, Lessons(trial, WORD, 1), WORD, ("rc",), 1).verdicts()
    cases = (verdict.history.case for verdict in islice(verdicts, ALONE, None))
    return list(islice((case for case in cases if case.calls == len(case.programs) > 1), number))


def _fuzzed(trial: Trial, cases: Sequence[Case]) -> float:
    tally = Tally()
    start = perf_counter()
    for case in cases:
        tally.note(trial(case))
    return perf_counter() - start


class _Bare:
    """Makes the calls of cases one after the other, in a database of its own; tells the seconds that they took."""

    def __init__(self, target: Network, put_back: Callable[[], None], url: str) -> None:
        self._target = target
        self._put_back = put_back
        self.engine = create_engine(url)

    def __call__(self, cases: Sequence[Case]) -> float:
        return sum(map(self._seconds, cases))

    def _seconds(self, case: Case) -> float:
        self._put_back()
        start = perf_counter()
        for program in case.programs.values():
            for call in program:
                with Session(self.engine) as session, suppress(*self._target.expected):
                    operation = self._target.operations[call.operation]
                    operation.function(self._target, session=session, **call.arguments)
        return perf_counter() - start


@contextmanager
def _bare(server: Server) -> Iterator[_Bare]:
    """A database with the target's schema and rows, and nothing of rowrace's but what puts its rows back."""
    target = Network()
    with server.scratch() as scratch:
        url = scratch.url.render_as_string(hide_password=False)
        engine = create_engine(url)
        target.create(engine)
        with Session(engine) as session:
            target.seed(session)
            session.commit()
        engine.dispose()
        with scratch.connect() as control:
            control.execute("CREATE SCHEMA rowrace; CREATE TABLE rowrace.audit (relation oid)")
            catalogue = read_catalogue(control)
            reset, oids = Reset(control, catalogue), list(catalogue.tables)

            def put_back() -> None:
                control.execute("INSERT INTO rowrace.audit SELECT unnest(%s::oid[])", [oids])  # all may be written
                reset()

            bare = _Bare(target, put_back, url)
            try:
                yield bare
            finally:
                bare.engine.dispose()
