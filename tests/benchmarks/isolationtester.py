"""The same permutations under PostgreSQL's own isolationtester and under rowrace, recording and judging on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from unittest.mock import patch

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fuzz import Target, operation
from fuzz.case import Call, Case
from fuzz.engine.settle import Settler
from fuzz.engine.stage import Stage
from fuzz.minimise import interleavings
from fuzz.postgres import Server
from fuzz.postgres.scratch import Scratch
from fuzz.trial import Trial
from tests.benchmarks.figures import Figure
from tests.benchmarks.rounds import alternate

WHERE = "Debian's postgresql-client-15 has it, under pgxs/src/test/isolation"
LATENCY_GOAL_MS = 0.6
RESET = "UPDATE accounts SET balance = 10 WHERE balance <> 10"


@dataclass(frozen=True, slots=True)
class Load:
    """What two sessions send, before each commits.

    Attributes:
        goal: how many times as many permutations rowrace should run.
    """

    name: str
    programs: Mapping[str, Sequence[str]]
    goal: float


def _change(account: int) -> str:
    return f"UPDATE accounts SET balance = balance + 1 WHERE id = {account}"


def _read(account: int) -> str:
    return f"SELECT id, balance FROM accounts WHERE id = {account}"


LOADS = (
    Load("no blocking", {"A": (_read(1), _change(1)), "B": (_read(2), _change(2))}, 1.0),
    Load("row locks", {"A": (_change(1), _read(1)), "B": (_change(1), _read(1))}, 3.0),
    Load("deadlocks", {"A": (_change(1), _change(2)), "B": (_change(2), _change(1))}, 5.0),
)


class Sending(Target):
    """Sends the statements of a session, and commits, or rolls back after an error."""

    load: Load

    def create(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE accounts (id integer PRIMARY KEY, balance integer NOT NULL)")
            connection.exec_driver_sql("INSERT INTO accounts SELECT id, 10 FROM generate_series(1, 3) AS id")

    @operation
    def a(self, session: Session) -> None:
        """Session A's."""
        self._send(session, "A")

    @operation
    def b(self, session: Session) -> None:
        """Session B's."""
        self._send(session, "B")

    def _send(self, session: Session, name: str) -> None:
        try:
            for statement in self.load.programs[name]:
                session.execute(text(statement))
        except DBAPIError:
            session.rollback()
        else:
            session.commit()


def measure_isolationtester(server: Server, *, rounds: int, repeated: int) -> Iterator[Figure]:
    """Permutations a second, and how long it takes to see that a step is blocked.

    Args:
        server: for both.
        rounds: of both tools in turn.
        repeated: how often each permutation is run in one round.
    """
    program = _program()
    if program is None:
        print(f"isolationtester is not installed, so not measured: {WHERE}", file=sys.stderr)
        return
    for load in LOADS:
        target = type("Sending", (Sending,), {"load": load})
        with server.scratch() as scratch, closing(Stage(target(), scratch)) as stage:
            trial = Trial(stage)
            cases = _permutations(trial, load) * repeated
            ours = _Rowrace(trial, cases)
            theirs = _Isolationtester(program, scratch, load, cases)
            compared = alternate(ours, theirs, rounds)
        number = len(cases)
        yield Figure(
            "isolationtester",
            f"{load.name}, {number // repeated} permutations",
            number / compared.seconds,
            "1/s",
            base=number / compared.base,
            ratio=compared.ratio,
            goal=f">= {load.goal}",
            met=compared.ratio >= load.goal,
        )
        if ours.latencies:
            latency = median(ours.latencies) * 1000
            name = f"  a blocked step is seen, {load.name}"
            goal = f"<= {LATENCY_GOAL_MS}"
            yield Figure("isolationtester", name, latency, "ms", goal=goal, met=latency <= LATENCY_GOAL_MS)


def _program() -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/lib/pgxs/src/test/isolation/isolationtester"))
    return shutil.which("isolationtester") or (str(found[-1]) if found else None)


def _permutations(trial: Trial, load: Load) -> list[Case]:
    """All orders in which the steps can be sent: no session is asked to go on while it waits."""
    lengths = {name: len(statements) + 1 for name, statements in load.programs.items()}
    case = Case("isolationtester", "rc", {"A": (Call("a"),), "B": (Call("b"),)})
    histories = (trial.stage.run(each) for each in interleavings(case, lengths, sum(lengths.values())))
    return list({history.case.schedule: history.case for history in histories}.values())


class _Rowrace:
    """Runs and judges cases; tells the seconds that they took.

    Attributes:
        latencies: seconds until a blocked step was known to be blocked.
    """

    def __init__(self, trial: Trial, cases: Sequence[Case]) -> None:
        self._trial = trial
        self._cases = cases
        self.latencies: list[float] = []

    def __call__(self) -> float:
        send = Settler.send

        def timed(settler: Settler, exchange: object) -> object:
            began = perf_counter()
            answer = send(settler, exchange)  # type: ignore[arg-type]  # passed through
            if answer is None:
                self.latencies.append(perf_counter() - began)
            return answer

        with patch.object(Settler, "send", timed):
            began = perf_counter()
            for case in self._cases:
                self._trial(case)
            return perf_counter() - began


class _Isolationtester:
    """Runs the same under isolationtester; tells the seconds that this took, its start among them."""

    def __init__(self, program: str, scratch: Scratch, load: Load, cases: Sequence[Case]) -> None:
        self._spec = "\n".join(_spec(load, cases))
        url = scratch.url
        parts = {"host": url.host, "port": url.port, "dbname": url.database, "user": url.username} | dict(url.query)
        parts["options"] = "-c deadlock_timeout=1ms"
        conninfo = " ".join(f"{name}='{value}'" for name, value in parts.items() if value is not None)
        self._command = [program, conninfo]
        self._environment = {**os.environ, "PGPASSWORD": str(url.password or "")}

    def __call__(self) -> float:
        began = perf_counter()
        ran = subprocess.run(
            self._command, input=self._spec, env=self._environment, capture_output=True, text=True, check=True
        )
        seconds = perf_counter() - began
        assert ran.stdout.count("starting permutation") == self._spec.count("permutation")
        assert "invalid permutation" not in ran.stdout
        return seconds


def _spec(load: Load, cases: Sequence[Case]) -> Iterator[str]:
    yield f"setup {{ {RESET} }}"
    for name, statements in load.programs.items():
        yield f'session "{name}"\nsetup {{ BEGIN; }}'
        yield from (f'step "{name}{place}" {{ {sql}; }}' for place, sql in enumerate((*statements, "COMMIT")))
    for case in cases:
        places = [case.schedule[:place].count(name) for place, name in enumerate(case.schedule)]
        steps = (f'"{name}{place}"' for name, place in zip(case.schedule, places, strict=True))
        yield f"permutation {' '.join(steps)}"
