"""Where cases are run: a scratch database with the target's schema and seed, and an engine for each session."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

from fuzz.case import ISOLATION, Call, Case
from fuzz.engine.borrowed import Insight
from fuzz.engine.chance import EPOCH, Dice, own_clock_and_dice
from fuzz.engine.connections import Connections
from fuzz.engine.described import Described
from fuzz.engine.drivers.psycopg3 import ScheduledConnection
from fuzz.engine.environments import Between, Environments
from fuzz.engine.garbage import no_collection
from fuzz.engine.hashes import hash_by_number, numbered_anew
from fuzz.engine.lane import Lane
from fuzz.engine.locking import Locking
from fuzz.engine.order import load_in_order
from fuzz.engine.overdue import Watch
from fuzz.engine.performer import Performer
from fuzz.engine.pools import hand_out_the_last
from fuzz.engine.recorder import Columns, Recorder
from fuzz.engine.run import Run
from fuzz.engine.settle import Settler
from fuzz.errors import TargetError
from fuzz.history import Failure, History, Inside, Outcome
from fuzz.postgres import Scratch
from fuzz.postgres.audit import Audit, install_audit
from fuzz.postgres.catalogue import read_catalogue
from fuzz.postgres.halting import Halting
from fuzz.postgres.monitor import Monitor
from fuzz.postgres.reset import Reset
from fuzz.postgres.schema import Schema
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

    Attributes:
        step_timeout: as given.
    """

    def __init__(self, target: Target, scratch: Scratch, *, step_timeout: float = STEP_TIMEOUT) -> None:
        load_in_order()
        hash_by_number()
        hand_out_the_last()
        self.target = target
        self.step_timeout = step_timeout
        self._like_new = False
        self._unscheduled = _any_of(target.unscheduled)
        self._control = scratch.connect()
        self._insight = Insight(target, scratch.url)
        self._connections = Connections(
            scratch.name, target.other_databases, Described(self._control), asks_inside=self._insight.is_asked_for
        )
        self._environments = Environments(target, scratch.url, self._connections, step_timeout)
        self._between = Between(self._put_back, lambda session: self._end({session}))
        self._watch = Watch()
        try:
            self._environments.lay_out(NAMES[: target.sessions])
        except BaseException:
            self.close()
            raise
        self.catalogue = read_catalogue(self._control)
        install_audit(self._control, self.catalogue)
        self._reset = Reset(self._control, self.catalogue)
        self._refuse_large_seed()
        self._seed = self._reset.rows()
        self._reset()
        self._audit = Audit(self._control, self.catalogue)
        self._monitor = Monitor(self._control)
        self._halting = Halting(self._control)
        self._settler = Settler(self._monitor, self._connections, self._halting, step_timeout)
        self._columns = Columns(self.catalogue)
        self._locking = Locking(self.catalogue, unseen=self._unscheduled is not None)
        self._schema = Schema(self._control)

    @property
    def substrate(self) -> str:
        """What the sessions run in, "greenlet" or "thread"."""
        return self._environments.substrate

    def close(self) -> None:
        """Close all connections."""
        self._environments.close()
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

    def has_another_schema(self) -> bool:
        """Whether the schema has changed since it was laid out: asked of the server, and not after `tidy_up`."""
        return self._schema.has_changed()

    def tidy_up(self) -> None:
        """Have the server put the seed's rows back while one goes on: the next run need not wait for it, or not long.

        Nothing is asked of the server until then.
        """
        if not self._like_new:
            self._reset.begin()

    def warm(self, calls: Iterable[Call]) -> None:
        """Have code that builds its own engine do what it does at first use alone, before it counts.

        Args:
            calls: of each operation the first is made, once in each session, and not again.
        """
        self._environments.warm(calls, self._between)

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
            self._environments.of(name, self._between)
        self._put_back()
        self._connections.begin()
        self._connections.level = ISOLATION[isolation]
        recorder = Recorder(clock)
        lanes = {name: self._lane(name, recorder, seed) for name in sessions}
        run = Run(
            lanes=lanes,
            recorder=recorder,
            settler=self._settler,
            audit=self._audit,
            connections=self._connections,
            inspect=self._environments.inspect if self.target.invariants else dict,
            locking=self._locking,
            lasting=self.target.session_scope == "program",
            step_timeout=self.step_timeout,
        )
        try:
            with self._environments.own_world(), own_clock_and_dice(clock), numbered_anew(), no_collection():
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

    @contextmanager
    def like_new(self) -> Iterator[None]:
        """Within it, each case is run as if it were the first in this database: slower, the same in every process."""
        outer, self._like_new = self._like_new, True
        try:
            yield
        finally:
            self._like_new = outer

    def _put_back(self) -> None:
        self._connections.clear()
        if self._like_new:
            self._reset.anew()
        else:
            self._reset()

    def _lane(self, name: str, recorder: Recorder, seed: int) -> Lane:
        environment = self._environments.of(name, self._between)

        def ended(call: Call, result: Any, failure: Failure | None, expected: bool, aftermath: Failure | None) -> None:
            self._connections.raise_refused()
            if recorder.hung:  # the call has not ended, but been abandoned
                return
            left = self._connections.left_by(name) if self.target.session_scope == "call" else (False, 0)
            steps = len(recorder.steps)
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

    def _clear(self, run: Run) -> None:
        """Leave no transaction open, no connection lent out or closed, no lock held, whatever the target has left."""
        self._halting.let_all_go()  # Ctrl-C may have come in between
        run.hear_commit()
        if run.has_ended:
            worn = self._connections.roll_back(self._holders())
        else:
            worn = self._environments.sessions
            self._end(worn)
            run.abandon()
        for name in worn:
            self._environments.dismantle(name)

    def _end(self, sessions: Collection[str]) -> None:
        """End the backends of sessions in the middle of what they do."""
        abandoned = [connection for connection in self._connections if connection.user in sessions]
        for connection in abandoned:
            connection.abandoned = True
        for connection in abandoned:
            self._monitor.terminate(connection.pid)

    def _holders(self) -> set[int]:
        """The backends that hold advisory locks; asked of the server only where something may have taken one."""
        may_hold = self.catalogue.routines or any(each.names_advisory_locks for each in self._connections)
        return self._monitor.holders() if may_hold else set()


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None
