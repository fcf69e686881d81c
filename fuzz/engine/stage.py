"""Where cases are run: a scratch database with the target's schema and seed, and an engine for each session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from fuzz.case import ISOLATION, Call, Case
from fuzz.engine.borrowed import Insight
from fuzz.engine.carrier import Overdue
from fuzz.engine.chance import EPOCH, SEEDED, Dice, own_clock_and_dice
from fuzz.engine.connections import Connections
from fuzz.engine.described import Described
from fuzz.engine.drivers.psycopg3 import ScheduledConnection
from fuzz.engine.environment import LONGEST_OPEN, Environment
from fuzz.engine.lacking import remedy_for
from fuzz.engine.lane import Lane
from fuzz.engine.locks import locks_of_sessions
from fuzz.engine.loop import loops_of_sessions
from fuzz.engine.overdue import Watch
from fuzz.engine.performer import Performer
from fuzz.engine.recorder import Columns, Recorder
from fuzz.engine.run import Run
from fuzz.engine.settle import Settler
from fuzz.engine.substrates import CARRIERS, keeps_by_thread
from fuzz.errors import TargetError, ToolError
from fuzz.history import Failure, History, Inside, Outcome
from fuzz.postgres import Scratch
from fuzz.postgres.audit import Audit, install_audit
from fuzz.postgres.catalogue import read_catalogue
from fuzz.postgres.monitor import Monitor
from fuzz.postgres.reset import Reset
from fuzz.target import Target

STEP_TIMEOUT = 10.0
"""Seconds after which a session that neither answers nor waits for another is given up."""

MOST_ROWS = 100_000
"""Rows that a seed may have: as many take a second to put back."""

NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of sessions."""

OUTSIDE = ""
"""The name under which what is done outside of all sessions has its environment."""


class Stage:
    """A target laid out in a scratch database, ready to run case after case.

    Args:
        target: the code under test.
        scratch: an empty database; it stays the caller's to drop.
        step_timeout: seconds after which a session that neither answers nor waits for another is given up.

    Raises:
        TargetError: when the target's schema or seed cannot be made.

    Attributes:
        step_timeout: as given.
        substrate: what the sessions run in, a key of `CARRIERS`.
    """

    def __init__(self, target: Target, scratch: Scratch, *, step_timeout: float = STEP_TIMEOUT) -> None:
        self.target = target
        self._url = scratch.url
        self.step_timeout = step_timeout
        self._unscheduled = _any_of(target.unscheduled)
        self._control = scratch.connect()
        self._insight = Insight(target, scratch.url)
        self._connections = Connections(
            scratch.name, target.other_databases, Described(self._control), asks_inside=self._insight.is_asked_for
        )
        self._environments: dict[str, Environment] = {}
        self._warm: dict[str, Call] = {}
        self.substrate = target.substrate or "greenlet"
        self._watch = Watch()
        try:
            self._lay_out()
        except BaseException:
            self.close()
            raise
        self.catalogue = read_catalogue(self._control)
        install_audit(self._control, self.catalogue)
        self._reset = Reset(self._control, self.catalogue)
        self._refuse_large_seed()
        self._seed = self._reset.rows()
        self._reset(())
        self._audit = Audit(self._control, self.catalogue)
        self._monitor = Monitor(self._control)
        self._settler = Settler(self._monitor, self._connections, step_timeout)
        self._columns = Columns(self.catalogue)

    def close(self) -> None:
        """Close all connections."""
        for name in list(self._environments):
            self._dismantle(name)
        self._watch.close()
        self._connections.close()
        self._control.close()

    def run(self, case: Case, clock: datetime = EPOCH) -> History:
        """Run a case.

        Args:
            case: what is run.
            clock: what the clock shows first.

        Raises:
            CaseError: when it names an operation that the target does not have.
        """
        with self.begin(tuple(case.programs), case.isolation, case.seed, clock) as run:
            for session, calls in case.programs.items():
                for call in calls:
                    run.add(session, call)
            for session, turns in groupby(case.schedule):
                all(run.go_on(session) for _ in turns)  # what it cannot do now, only another session's turn can change
            run.finish()
        return self.history(run, case)

    def warm(self, calls: Iterable[Call]) -> None:
        """Have code that builds its own engine do what it does at first use alone, before it counts.

        Args:
            calls: of each operation the first is made, once in each session, and not again.
        """
        if not hasattr(self.target, "open"):
            return
        for call in calls:
            if call.operation in self.target.operations and call.operation not in self._warm:
                self._warm[call.operation] = call
                for name in self._environments:
                    self._warm_up(name, call)

    def _warm_up(self, name: str, call: Call) -> None:
        if name == OUTSIDE:
            return
        self._put_back()
        with self._own_world(), own_clock_and_dice(SEEDED), suppress(Exception, Overdue):
            self._environments[name].aside(lambda: self._environments[name].warm(call), LONGEST_OPEN)

    def history(self, run: Run, case: Case) -> History:
        """The history of a run that has ended, of a case that is given with or without its schedule."""
        done = case.scheduled(run.recorder.schedule)
        invariants = bool(self.target.invariants)
        return run.recorder.freeze(done, self.catalogue, self._columns, self._seed, invariants=invariants)

    @contextmanager
    def begin(self, sessions: Sequence[str], isolation: str, seed: int, clock: datetime = EPOCH) -> Iterator[Run]:
        """Put the seed's rows back and let a run begin; it is ended when the context is left.

        Args:
            sessions: their names.
            isolation: a key of `ISOLATION`.
            seed: of the dice.
            clock: what the clock shows first.
        """
        for name in sessions:
            self._environment(name)
        self._put_back()
        self._connections.level = ISOLATION[isolation]
        recorder = Recorder(clock)
        lanes = {name: self._lane(name, recorder, seed) for name in sessions}
        run = Run(
            lanes=lanes,
            recorder=recorder,
            settler=self._settler,
            monitor=self._monitor,
            audit=self._audit,
            connections=self._connections,
            inspect=self._inspect if self.target.invariants else dict,
            lasting=self.target.session_scope == "program",
            step_timeout=self.step_timeout,
        )
        try:
            with self._own_world(), own_clock_and_dice(clock):
                yield run
        finally:
            self._clear(run)

    @contextmanager
    def _own_world(self) -> Iterator[None]:
        """What holds while the target's code runs."""
        passed_by = self.target.locks_passed_by
        with self._connections.only(), locks_of_sessions(passed_by=passed_by), loops_of_sessions():
            yield

    def _refuse_large_seed(self) -> None:
        if self._reset.size > MOST_ROWS:
            self.close()
            raise TargetError(
                f"The seed of {type(self.target).__name__} has {self._reset.size:,} rows; rowrace takes up to "
                f"{MOST_ROWS:,}, as it puts them back before every case and follows each.",
                "Seed a few rows of each kind: races need two that meet, not many.",
            )

    def _lay_out(self) -> None:
        with self._plain_errors("make the schema"), own_clock_and_dice(SEEDED):
            self._create()
        self._environment(OUTSIDE)
        if self.target.substrate is None and keeps_by_thread():
            self.substrate = "thread"
        for name in NAMES[: self.target.sessions]:
            self._environment(name)
        with self._plain_errors("seed the database"), own_clock_and_dice(SEEDED):
            self._environments[OUTSIDE].aside(self._sow)

    def _create(self) -> None:
        engine = create_engine(self._url, poolclass=NullPool)
        self.target.create(engine)
        engine.dispose()

    def _environment(self, name: str) -> Environment:
        """What a session keeps from case to case, made when it is first needed."""
        if name not in self._environments:
            with self._plain_errors("open"):
                self._environments[name] = Environment(self.target, self._url, CARRIERS[self._carried(name)](name))
            for call in self._warm.values():
                self._warm_up(name, call)
        return self._environments[name]

    @contextmanager
    def _plain_errors(self, what: str) -> Iterator[None]:
        try:
            with self._own_world():
                yield
        except ToolError:
            raise
        except Overdue as overdue:
            raise TargetError(
                f"{type(self.target).__name__} has not come to the end of {what}: it is at {overdue.where}.",
                "Let it return; what has to go on meanwhile cannot be scheduled.",
            ) from None
        except Exception as error:
            name = type(self.target).__name__
            raise TargetError(
                f"{name} could not {what}: {type(error).__name__}: {error}",
                remedy_for(error)
                or f"Try `{name}` on an empty database by itself: rowrace calls create, then open, then seed.",
            ) from error

    def _carried(self, name: str) -> str:
        return "greenlet" if name == OUTSIDE else self.substrate

    def _sow(self) -> None:
        """Let the target seed, with a session of its own, and commit what that left."""
        seeding, outside = self.target.seeding, self._environments[OUTSIDE]
        if seeding is None:
            return
        style = outside.style(seeding.function)
        given = outside.given(seeding)
        style.call(seeding.function, self.target, **given)
        if "session" in given:
            style.within(given["session"], _commit)

    def _inspect(self) -> Mapping[str, Failure]:
        return self._environments[OUTSIDE].aside(self._asked)

    def _asked(self) -> Mapping[str, Failure]:
        broken = {}
        for name, invariant in self.target.invariants.items():
            if (failure := self._environments[OUTSIDE].ask(invariant)) is not None:
                broken[name] = failure
        return broken

    def _put_back(self) -> None:
        self._reset(self._audit.touched())

    def _lane(self, name: str, recorder: Recorder, seed: int) -> Lane:
        environment = self._environment(name)

        def ended(call: Call, result: Any, failure: Failure | None, expected: bool, aftermath: Failure | None) -> None:
            self._connections.raise_refused()
            if recorder.hung:  # the call has not ended, but been abandoned
                return
            steps, left = len(recorder.steps), self._left(name)
            recorder.outcomes.append(Outcome(name, lane.call, call, result, failure, expected, aftermath, steps, *left))

        dice = Dice(seed, name)
        recorder.draws[name] = dice.draws

        def look(connection: ScheduledConnection) -> None:
            if broken := self._insight(connection):
                recorder.inside.append(Inside(name, lane.call, len(recorder.steps), broken))

        carrier = environment.carrier
        carrier.limit = self.step_timeout
        carrier.unscheduled = self._unscheduled
        carrier.look = look if self._insight.is_asked_for else None
        lane = Lane(name, Performer(environment, ended), dice, carrier)
        return lane

    def _left(self, session: str) -> tuple[bool, int]:
        """Whether a call has left a connection in a transaction, and how many it has not given back."""
        if self.target.session_scope == "program":
            return False, 0
        used = [connection for connection in self._connections if connection.user == session]
        return not all(connection.is_idle for connection in used), sum(connection.lent for connection in used)

    def _dismantle(self, name: str) -> None:
        """Close a session's connections, then let its event loop, if it has one, see that they are gone."""
        self._connections.drop(name)
        self._environments.pop(name).dispose()

    def _clear(self, run: Run) -> None:
        """Leave no transaction open, no connection lent out or closed, no lock held, whatever the target has left."""
        run.hear()
        if run.has_ended:
            worn = self._connections.users_of_worn(self._monitor.holders())
        else:
            worn = {name for name in self._environments if name != OUTSIDE}
            for connection in self._connections:
                if connection.user in worn:
                    self._monitor.terminate(connection.pid)
            run.abandon()
        for name in worn:
            self._dismantle(name)


def _commit(session: Session) -> None:
    session.commit()
    session.close()


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None
