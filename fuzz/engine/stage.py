"""Where cases are run: a scratch database with the target's schema and seed, and an engine for each session."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from fuzz.case import ISOLATION, Call, Case
from fuzz.engine.borrowed import Insight
from fuzz.engine.chance import EPOCH, SEEDED, Dice, own_clock_and_dice
from fuzz.engine.connection import ScheduledConnection
from fuzz.engine.failures import failure_of
from fuzz.engine.lane import Lane
from fuzz.engine.performer import Performer
from fuzz.engine.recorder import Columns, Recorder
from fuzz.engine.run import Run
from fuzz.engine.settle import Settler
from fuzz.errors import TargetError, ToolError
from fuzz.history import Failure, History, Inside, Outcome
from fuzz.postgres import Scratch
from fuzz.postgres.audit import Audit, install_audit
from fuzz.postgres.catalogue import read_catalogue
from fuzz.postgres.monitor import Monitor
from fuzz.postgres.reset import Reset
from fuzz.postgres.settings import LOCK_TIMEOUT
from fuzz.target import Target

STEP_TIMEOUT = 10.0
"""Seconds after which a session that neither answers nor waits for another is given up."""

MOST_ROWS = 100_000
"""Rows that a seed may have: as many take a second to put back."""

NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of sessions."""


class Stage:
    """A target laid out in a scratch database, ready to run case after case.

    Args:
        target: the code under test.
        scratch: an empty database; it stays the caller's to drop.
        step_timeout: seconds after which a session that neither answers nor waits for another is given up.

    Raises:
        TargetError: when the target's schema or seed cannot be made.
    """

    def __init__(self, target: Target, scratch: Scratch, *, step_timeout: float = STEP_TIMEOUT) -> None:
        self.target = target
        self._url = scratch.url
        self._step_timeout = step_timeout
        self._level = ISOLATION["rc"]
        self._owners: dict[int, str] = {}
        self._connections: list[ScheduledConnection] = []
        self._engines: dict[str, Engine] = {}
        self._unscheduled = _any_of(target.unscheduled)
        self._plain = _plain_engine(scratch.url)
        self._insight = Insight(target, scratch.url)
        self._control = scratch.connect()
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
        self._settler = Settler(self._monitor, step_timeout)
        self._columns = Columns(self.catalogue)

    def close(self) -> None:
        """Close all connections."""
        for engine in (self._plain, *self._engines.values()):
            engine.dispose()
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
        self._put_back()
        self._level = ISOLATION[isolation]
        recorder = Recorder(clock)
        lanes = {name: self._lane(name, recorder, seed) for name in sessions}
        run = Run(
            lanes=lanes,
            recorder=recorder,
            settler=self._settler,
            monitor=self._monitor,
            audit=self._audit,
            owners=self._owners,
            inspect=self._inspect if self.target.invariants else dict,
            lasting=self.target.session_scope == "program",
            step_timeout=self._step_timeout,
        )
        try:
            with own_clock_and_dice(clock):
                yield run
        finally:
            self._clear(run)

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
            self.target.create(self._plain)
        with self._plain_errors("seed the database"), own_clock_and_dice(SEEDED):
            self._call_plainly(getattr(self.target, "seed", None))

    @contextmanager
    def _plain_errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except ToolError:
            raise
        except Exception as error:
            name = type(self.target).__name__
            raise TargetError(
                f"{name} could not {what}: {type(error).__name__}: {error}",
                f"Try `{name}` on an empty database by itself: rowrace calls create, then seed.",
            ) from error

    def _call_plainly(self, method: Callable[..., Any] | None) -> None:
        """Call a method of the target with a session of its own, and commit what it left."""
        if method is None:
            return
        sessions = sessionmaker(self._plain)
        with sessions() as session:
            given = {"session": session, "engine": self._plain, "sessions": sessions}
            names = [name for name in given if name in _names(method)]
            method(**{name: given[name] for name in names})
            session.commit()

    def _inspect(self) -> Mapping[str, Failure]:
        broken = {}
        for name, invariant in self.target.invariants.items():
            with Session(self._plain) as session:
                given = {"session": session, "engine": self._plain, "sessions": sessionmaker(self._plain)}
                try:
                    invariant.function(self.target, *(given[name] for name in invariant.gives))
                except Exception as error:  # noqa: BLE001 - whatever it raises says that it does not hold
                    broken[name] = failure_of(error)
        return broken

    def _put_back(self) -> None:
        self._reset(self._audit.touched())

    def _lane(self, name: str, recorder: Recorder, seed: int) -> Lane:
        if name not in self._engines:
            self._engines[name] = self._engine(name)

        def ended(call: Call, result: Any, failure: Failure | None, expected: bool, aftermath: Failure | None) -> None:
            if recorder.hung:  # the call has not ended, but been abandoned
                return
            steps, left = len(recorder.steps), self._left(name)
            recorder.outcomes.append(Outcome(name, lane.call, call, result, failure, expected, aftermath, steps, *left))

        performer = Performer(self.target, self._engines[name], ended)
        dice = Dice(seed, name)
        recorder.draws[name] = dice.draws

        def look(connection: ScheduledConnection) -> None:
            if broken := self._insight(connection):
                recorder.inside.append(Inside(name, lane.call, len(recorder.steps), broken))

        lane = Lane(name, performer, dice, self._unscheduled, look if self._insight.is_asked_for else None)
        return lane

    def _left(self, session: str) -> tuple[bool, int]:
        """Whether a call has left a connection in a transaction, and how many it has not given back."""
        if self.target.session_scope == "program":
            return False, 0
        idle = (
            connection.pgconn.transaction_status in {TransactionStatus.IDLE, TransactionStatus.UNKNOWN}
            for connection in self._connections
            if self._owners[connection.pid] == session
        )
        return not all(idle), _lent(self._engines[session])

    def _engine(self, name: str) -> Engine:
        """An engine whose connections stop in lanes; the target may use it as any other."""
        engine = create_engine(self._url, pool_size=2, max_overflow=8, pool_use_lifo=True)

        @event.listens_for(engine, "do_connect")
        def connect(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> ScheduledConnection:
            connection = ScheduledConnection.connect(*cargs, **cparams)
            connection.hear_deadlock_checks()
            self._connections.append(connection)
            self._owners[connection.pid] = name
            self._settler.pids = "{" + ",".join(map(str, self._owners)) + "}"
            return connection

        @event.listens_for(engine, "close")
        def close(connection: ScheduledConnection, _record: Any) -> None:
            if connection in self._connections:  # else it has been dropped, and is only now let go of
                self._connections.remove(connection)
                del self._owners[connection.pid]

        @event.listens_for(engine, "checkout")
        def checkout(connection: ScheduledConnection, _record: Any, _proxy: Any) -> None:
            connection.default_to(self._level)
            connection.scheduled = True

        @event.listens_for(engine, "reset")
        def reset(connection: ScheduledConnection, _record: Any, _state: Any) -> None:
            connection.scheduled = False

        with engine.connect(), engine.connect():  # a pool reads the clock when it connects: do all of it now
            pass
        return engine

    def _clear(self, run: Run) -> None:
        """Leave no transaction open, no connection lent out or closed, no lock held, whatever the target has left."""
        if not run.has_ended:
            for pid in self._owners:
                self._monitor.terminate(pid)
            run.abandon()
        worn = {connection.pid for connection in self._connections if connection.closed} | self._monitor.holders()
        owners = {owner for pid, owner in self._owners.items() if pid in worn}
        for name, engine in list(self._engines.items()):
            if name in owners or not run.has_ended or _lent(engine):
                self._engines.pop(name).dispose()
                self._drop(name)
        for connection in self._connections:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                connection.rollback()

    def _drop(self, session: str) -> None:
        """Close what a session's engine has lent out, and closed connections that it had not been told of."""
        for connection in [c for c in self._connections if self._owners[c.pid] == session]:
            connection.close()
            self._connections.remove(connection)
            del self._owners[connection.pid]


def _plain_engine(url: URL) -> Engine:
    """An engine that is not scheduled; where a session holds a lock, it gives up instead of waiting for ever."""
    engine = create_engine(url, pool_size=1)

    @event.listens_for(engine, "connect")
    def limit(connection: psycopg.Connection[TupleRow], _record: Any) -> None:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        connection.commit()

    return engine


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None


def _lent(engine: Engine) -> int:
    """How many connections have not been given back to the pool."""
    return engine.pool.checkedout() if isinstance(engine.pool, QueuePool) else 0


def _names(method: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(method.__code__.co_varnames[: method.__code__.co_argcount])
