"""The surroundings of all sessions of a target: made, warmed up, asked and taken down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from fuzz.case import Call
from fuzz.engine.by_thread import ByThread
from fuzz.engine.carrier import Overdue
from fuzz.engine.chance import EPOCH, seeding_clock_and_dice
from fuzz.engine.connections import Connections
from fuzz.engine.environment import LONGEST_DISPOSE, Environment, aside
from fuzz.engine.lacking import remedy_for
from fuzz.engine.locks import locks_of_sessions
from fuzz.engine.loop import loops_of_sessions
from fuzz.engine.substrates import CARRIERS
from fuzz.errors import TargetError, ToolError
from fuzz.history import Failure
from fuzz.loopless import remedy_for_loopless
from fuzz.target import Target

LONGEST_LAYING_OUT = 180.0
"""Seconds that a target's `create` and its `seed` may each take: the migrations of years are many."""

WARMING = 2
"""How many times as long as in a case a call may take when it is made for the first time: code imports and reflects."""

OUTSIDE = ""
"""The name under which what is done outside of all sessions has its environment."""


@dataclass(frozen=True, slots=True)
class Between:
    """What is done about calls that are made before they count.

    Attributes:
        put_back: puts the seed's rows back.
        end: ends the backends of a session in the middle of what they do.
    """

    put_back: Callable[[], None]
    end: Callable[[str], None]


class Environments:
    """Those of one target.

    Args:
        target: the code under test.
        url: of the scratch database.
        connections: to it.
        step_timeout: seconds after which sessions that do not answer are given up.

    Attributes:
        substrate: what the sessions run in, a key of `CARRIERS`.
    """

    def __init__(self, target: Target, url: URL, connections: Connections, step_timeout: float) -> None:
        self.substrate = target.substrate or "greenlet"
        self._target = target
        self._url = url
        self._connections = connections
        self._longest_call = WARMING * step_timeout
        self._made: dict[str, Environment] = {}
        self._warm: dict[str, Call | None] = {}  # None: not to be made again
        self._by_thread = ByThread()

    @property
    def sessions(self) -> set[str]:
        """The names of the sessions that have one."""
        return set(self._made) - {OUTSIDE}

    def lay_out(self, sessions: Iterable[str]) -> None:
        """Make the schema, open the target for each session, and seed.

        Args:
            sessions: their names; others follow when they are first needed.

        Raises:
            TargetError: when the target does not let us.
        """
        with self._told("create", "make the schema"), seeding_clock_and_dice():
            aside(CARRIERS["greenlet"](OUTSIDE), self._create, LONGEST_LAYING_OUT)
        outside = self._make(OUTSIDE)
        self._by_thread.look()
        self._choose()
        for name in sessions:
            self._make(name)
        with self._told("seed", "seed the database"), seeding_clock_and_dice(), self._by_thread.watching():
            outside.aside(lambda: self._sow(outside), LONGEST_LAYING_OUT)
        self._by_thread.look()
        self._choose()

    def of(self, name: str, between: Between) -> Environment:
        """A session's, made and warmed up when it is first needed.

        Args:
            name: the session's.
            between: what is done about calls that are made for that.
        """
        while name not in self._made:
            between.put_back()
            self._make(name)
            for call in self._warm.values():
                self._warm_up(name, call, between)
        return self._made[name]

    def warm(self, calls: Iterable[Call], between: Between) -> None:
        """Have code that builds its own engine do what it does at first use alone, before it counts.

        Args:
            calls: of each operation the first is made, once in each session, and not again.
            between: what is done about them.
        """
        if not hasattr(self._target, "open"):
            return
        for call in calls:
            if call.operation in self._target.operations and call.operation not in self._warm:
                self._warm[call.operation] = call
                with self._by_thread.watching():
                    for name in sorted(self.sessions):
                        self._warm_up(name, self._warm[call.operation], between)
                self._choose()

    def inspect(self) -> Mapping[str, Failure]:
        """What the target's invariants say of the committed state: name -> failure."""
        outside = self._made[OUTSIDE]
        return outside.aside(lambda: self._asked(outside))

    def dismantle(self, name: str) -> None:
        """Close a session's connections, then let its event loop, if it has one, see that they are gone."""
        self._connections.drop(name)
        self._made.pop(name).dispose()

    def close(self) -> None:
        """Dismantle all."""
        for name in list(self._made):
            self.dismantle(name)

    @contextmanager
    def own_world(self) -> Iterator[None]:
        """What holds while the target's code runs."""
        passed_by = self._target.locks_passed_by
        with self._connections.only(), locks_of_sessions(passed_by=passed_by), loops_of_sessions(passed_by=passed_by):
            yield

    def _choose(self) -> None:
        """Have sessions run in threads, where they were not and something is kept by thread: each is made anew."""
        if self._target.substrate is None and self.substrate == "greenlet" and self._by_thread.found:
            self.substrate = "thread"
            for name in self.sessions:
                self.dismantle(name)

    def _make(self, name: str) -> Environment:
        carried = "greenlet" if name == OUTSIDE else self.substrate
        with self._told("open", "open"):
            self._made[name] = Environment(self._target, self._url, CARRIERS[carried](name))
        return self._made[name]

    def _warm_up(self, name: str, call: Call | None, between: Between) -> None:
        """At the time at which cases begin: what code remembers for a minute, the first finds as all others do."""
        if call is None or name not in self._made:
            return
        between.put_back()
        environment = self._made[name]
        with self.own_world(), seeding_clock_and_dice(name, EPOCH):
            try:
                environment.aside(lambda: environment.warm(call), self._longest_call)
            except KeyboardInterrupt:
                self._give_up(name, call, between)
                raise
            except Overdue:
                self._give_up(name, call, between)
            except BaseException:  # noqa: BLE001, S110 - whatever it is, it fails in a case, too, and is judged there
                pass

    def _give_up(self, name: str, call: Call, between: Between) -> None:
        """Take a session down in the middle of a call, which is made in no other: it would not end there, either."""
        self._warm[call.operation] = None
        between.end(name)
        self._made[name].carrier.come_to_end(LONGEST_DISPOSE)
        self.dismantle(name)

    def _create(self) -> None:
        """Let the target make its schema."""
        engine = create_engine(self._url, poolclass=NullPool)
        self._target.create(engine)
        engine.dispose()

    def _sow(self, outside: Environment) -> None:
        """Let the target seed, with a session of its own, and commit what that left."""
        seeding = self._target.seeding
        if seeding is None:
            return
        with outside.supplied(seeding) as (style, given):
            style.call(seeding.function, self._target, **given)
            if "session" in given:
                style.within(given["session"], Session.commit)

    def _asked(self, outside: Environment) -> Mapping[str, Failure]:
        asked = {name: outside.ask(invariant) for name, invariant in self._target.invariants.items()}
        return {name: failure for name, failure in asked.items() if failure is not None}

    @contextmanager
    def _told(self, method: str, what: str) -> Iterator[None]:
        """Turn what a method of the target raises while it is laid out into one clear word."""
        name = type(self._target).__name__
        try:
            with self.own_world():
                yield
        except ToolError:
            raise
        except Overdue as overdue:
            raise TargetError(
                f"{name} has not come to the end of {method}: it is at {overdue.where}.",
                "Let it return; what has to go on meanwhile cannot be scheduled.",
            ) from None
        except Exception as error:
            raise TargetError(
                f"{name} could not {what}: {type(error).__name__}: {error}",
                remedy_for(error)
                or remedy_for_loopless(str(error))
                or f"Try `{name}` on an empty database by itself: rowrace calls create, then open, then seed.",
            ) from error
