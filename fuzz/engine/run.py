"""The scheduler: lets one session take one step, and knows at every moment who can go on and who waits.

Every schedule is valid: a session that is blocked or has nothing left to do is passed over. After every step the
blocked ones are looked at again, and one that was released settles before the next choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from time import monotonic, sleep

from psycopg.pq import TransactionStatus

from fuzz.case import Call
from fuzz.engine.carrier import Overdue
from fuzz.engine.connections import Connections
from fuzz.engine.failures import is_locked_out
from fuzz.engine.lane import Lane
from fuzz.engine.locking import Locking
from fuzz.engine.locks import Pause
from fuzz.engine.recorder import Recorder, Taken
from fuzz.engine.scheduled import Exchange
from fuzz.engine.settle import Answer, Hung, Settler
from fuzz.history import CLOSING, COME_TO, Failure
from fuzz.postgres.audit import Audit

Inspect = Callable[[], Mapping[str, Failure]]
"""What the target's invariants say of the committed state: name -> failure, be it that they could not look at it."""

MOST_STEPS = 10_000
"""Statements that one call may send: forty times what the longest operation sends that was seen."""

GLANCE = 0.001
"""Seconds between two looks when all sessions wait for something that is no session."""


class Run:
    """One case being run.

    Args:
        lanes: its sessions, by name.
        settler: drives what they send.
        audit: tells what was committed.
        connections: tells which session uses which backend.
        inspect: asks the target's invariants.
        locking: tells what steps may have to do with locks.
        lasting: whether a session lives through its program, so that its end is a step of its own.
        step_timeout: seconds after which sessions that do not answer are given up.
    """

    def __init__(
        self,
        *,
        lanes: Mapping[str, Lane],
        recorder: Recorder,
        settler: Settler,
        audit: Audit,
        connections: Connections,
        inspect: Inspect,
        locking: Locking,
        lasting: bool,
        step_timeout: float,
    ) -> None:
        self.recorder = recorder
        self._lanes = lanes
        self._settler = settler
        self._audit = audit
        self._connections = connections
        self._inspect = inspect
        self._locking = locking
        self._tables_locked = False
        self._lasting = lasting
        self._step_timeout = step_timeout
        self._taking: dict[str, Taken] = {}
        self._sent: Counter[tuple[str, int]] = Counter()
        self._committing: Taken | None = None
        self._unseen: frozenset[str] = frozenset()
        self._waiting: list[Lane] = []
        self._open = list(lanes)

    @property
    def has_ended(self) -> bool:
        """Whether all sessions have come to their ends and been closed."""
        return not self._open and not self.recorder.hung

    def add(self, session: str, call: Call) -> None:
        """Put a call at the end of a session's program."""
        self._lanes[session].waiting.append(call)

    def place(self, session: str) -> int:
        """The place in its program of the call that a session is in or made last; -1 before the first."""
        return self._lanes[session].call

    @property
    def ready(self) -> list[str]:
        """The sessions that can take a step, in the order they were given."""
        lanes = () if self.recorder.hung else self._lanes.values()
        return [lane.name for lane in lanes if not lane.blocked and not lane.exhausted]

    def pending(self, session: str) -> Exchange | None:
        """The step that a session has stopped before; None between two calls."""
        return self._lanes[session].exchange

    def is_exhausted(self, session: str) -> bool:
        """Whether all calls of a session have ended."""
        return self._lanes[session].exhausted

    def is_between(self, session: str) -> bool:
        """Whether a session is in no call now."""
        lane = self._lanes[session]
        return lane.exchange is None and lane.pause is None

    def step(self, session: str) -> bool:
        """Let a session take its next step; a call that sends nothing is one, too.

        Returns:
            Whether it did: not if it is blocked, or all its calls have ended.
        """
        lane = self._lanes[session]
        if lane.blocked or self.recorder.hung:
            return False
        if lane.exchange is None:
            if not lane.waiting:
                return False
            self._let(lane, lane.begin_next)
            if lane.exchange is None:
                self.recorder.turn(session, lane.call)
                return True
        with self._standing_still(lane.exchange):
            self._take(lane)
            if self._waiting:
                self._settle_blocked()
        return True

    def _standing_still(self, exchange: Exchange) -> AbstractContextManager[None]:
        """Within it, those that wait go on only when they are looked at, where else what they do next would be chance.

        That is so where one step may set several free, or set one free and go on itself.
        """
        if not self._waiting or (len(self._waiting) == 1 and not self._locking.frees_midway(exchange)):
            return nullcontext()
        self.hear_commit()
        self._hear_checks()
        return self._settler.one_by_one(lane.exchange for lane in self._waiting if lane.exchange is not None)

    def go_on(self, session: str) -> bool:
        """Let a session take its next step; at the end of its program, close what it has left open.

        Returns:
            Whether there was something to do: not if it is blocked, or has come to its end.
        """
        if self.step(session):
            return True
        if session not in self._open or not self._lanes[session].exhausted:
            return False
        self.close(session)
        return True

    def expire(self, session: str) -> bool:
        """Have the time of a session be up that waits for a while only; whether it does."""
        lane = self._lanes[session]
        if lane.pause is None or not lane.pause.expires or self.recorder.hung:
            return False
        self._unblock(lane)
        self._let(lane, lambda: lane.answer(True, None))
        return True

    def finish(self) -> None:
        """Let the sessions go on to their ends, one after the other, and close each at its end."""
        while self._open and not self.recorder.hung:
            if not any(self._finish(session) for session in list(self._open)) and not self._wait_outside():
                break
        self.hear_commit()
        self._ask_again()

    def _finish(self, session: str) -> bool:
        """Let a session go on as far as it can; whether it took a step, or was closed."""
        before = len(self.recorder.turns)
        while self.step(session):
            pass
        if self._lanes[session].exhausted:
            self.close(session)
            return True
        return len(self.recorder.turns) > before

    def close(self, session: str) -> None:
        """Close what a session's program, which must have come to its end, has left open."""
        self._open.remove(session)
        if not self._lasting:
            return
        lane = self._lanes[session]
        lane.call = CLOSING
        self._let(lane, lane.close)
        if lane.exchange is None:
            self.recorder.turn(session, CLOSING)
        while self.step(session):
            pass

    def abandon(self) -> None:
        """Leave all sessions where they are."""
        for lane in self._lanes.values():
            lane.abandon()

    def _take(self, lane: Lane) -> None:
        exchange = lane.exchange
        assert exchange is not None
        if self._waiting and self._locking.may_wait(exchange, tables_locked=self._tables_locked):
            self._hear_checks()
        self._tables_locked = self._tables_locked or self._locking.locks_tables(exchange)
        self.hear_commit()
        self._sent[lane.name, lane.call] += 1
        if self._sent[lane.name, lane.call] > MOST_STEPS:
            self.recorder.hung[lane.name] = f"has sent {MOST_STEPS:,} statements in one call, and goes on"
            return
        taken = self.recorder.step(lane.name, lane.call, exchange)
        self._taking[lane.name] = taken
        exchange.connection.checked = False
        try:
            answer = self._settler.send(exchange)
            if answer is None and self._waiting:  # it may have closed a circle
                answer = self._settler.hear_check(exchange)
        except Hung:
            self._give_up(lane)
            return
        self._settled(lane, answer)

    def _hear_checks(self) -> None:
        """Let the deadlock checks of all that wait be over: who closes a circle from now on is its victim, always."""
        for lane in list(self._waiting):
            if lane.exchange is not None and not lane.exchange.connection.checked:
                self._look_again(lane, self._settler.hear_check)

    def _settled(self, lane: Lane, answer: Answer | None) -> None:
        taken, exchange = self._taking[lane.name], lane.exchange
        assert exchange is not None
        if answer is None:
            self._note_wait(lane, taken)
            return
        self._unblock(lane)
        taken.settled = len(self.recorder.steps)
        taken.error = answer.error
        if exchange.cursor is not None and answer.error is None:
            taken.result = exchange.cursor.pgresult
        taken.ends = exchange.connection.transaction_status == TransactionStatus.IDLE
        if taken.ends and answer.error is None and exchange.sql != "ROLLBACK":
            self._audit.ask(exchange.connection.pid)
            self._committing = taken
        self._let(lane, lambda: lane.answer(answer.value, answer.error))

    def _let(self, lane: Lane, move: Callable[[], None]) -> None:
        """Let a session's own code go on, until it stops."""
        try:
            move()
        except Overdue as overdue:
            self.recorder.hung[lane.name] = (
                f"{COME_TO} {overdue.where or 'code that is not its own'}, and for {self._step_timeout:g} s neither "
                "sent a statement nor came to its end"
            )
            return
        if lane.pause is not None:
            self._block(lane)
            if lane.pause.hides:
                self.recorder.pause(lane.name, lane.call, lane.pause)

    def _block(self, lane: Lane) -> None:
        if not lane.blocked:
            lane.blocked = True
            self._waiting.append(lane)

    def _unblock(self, lane: Lane) -> None:
        if lane.blocked:
            lane.blocked = False
            self._waiting.remove(lane)

    def _note_wait(self, lane: Lane, taken: Taken) -> None:
        """A session is blocked, or blocked again: write down by whom."""
        assert lane.exchange is not None
        self._block(lane)
        users = self._connections.users
        names = sorted({users[pid] for pid in lane.exchange.blockers if users.get(pid)} - {lane.name})
        taken.waited_for += tuple(name for name in names if name not in taken.waited_for)

    def hear_commit(self) -> None:
        """Take what was committed, before anything else is sent: until then the session's own code went on.

        The monitor and what halts backends use the same connection as the audit, and cannot ask before.
        """
        taken, self._committing = self._committing, None
        if taken is not None and (writes := self._audit.told()):
            self.recorder.commit(taken, writes, self._look())

    def _ask_again(self) -> None:
        """Ask the invariants that a session's lock kept from looking at what was committed last."""
        if self._unseen and not self.recorder.hung:
            asked = self._unseen
            self.recorder.break_last({name: failure for name, failure in self._look().items() if name in asked})

    def _look(self) -> Mapping[str, Failure]:
        """The invariants that do not hold, as far as they can be asked now; of the others, the names are kept."""
        broken = self._inspect()
        self._unseen = frozenset(name for name, failure in broken.items() if is_locked_out(failure))
        return {name: failure for name, failure in broken.items() if name not in self._unseen}

    def _settle_blocked(self) -> None:
        while any(self._is_released(lane) for lane in sorted(self._waiting, key=lambda lane: lane.name)):
            pass

    def _is_released(self, lane: Lane) -> bool:
        """Whether a session that waits got what it waits for: it may wait for more then, and yet release another."""
        if lane.pause is not None:
            self.hear_commit()
            return self._is_over(lane, lane.pause)
        exchange = lane.exchange
        assert exchange is not None
        moved = exchange.moved
        return self._look_again(lane, self._settler.go_on) or exchange.moved > moved

    def _look_again(self, lane: Lane, look: Callable[[Exchange], Answer | None]) -> bool:
        """Whether the step of a session that waits has been answered meanwhile."""
        self.hear_commit()
        assert lane.exchange is not None
        try:
            answer = look(lane.exchange)
        except Hung:
            self._give_up(lane)
            return False
        self._settled(lane, answer)
        return answer is not None

    def _is_over(self, lane: Lane, pause: Pause) -> bool:
        if not pause.ready():
            return False
        self._unblock(lane)
        self._let(lane, lambda: lane.answer(None, None))
        return True

    def _wait_outside(self) -> bool:
        """Wait until a session goes on that no session can release (lock_timeout, say); False if none is left."""
        if any(self.expire(session) for session in list(self._open)):
            return True
        blocked = list(self._waiting)
        deadline = monotonic() + self._step_timeout
        while blocked and all(lane.blocked for lane in blocked) and not self.recorder.hung:
            if monotonic() > deadline:
                self._give_up(blocked[0])
                break
            sleep(GLANCE)
            self._settle_blocked()
        return bool(blocked)

    def _give_up(self, lane: Lane) -> None:
        if lane.pause is not None:
            what = f"waits for {lane.pause.what} at {lane.pause.where or 'code that is not its own'}"
            self.recorder.hung[lane.name] = f"{what}, and no session has brought it for {self._step_timeout:g} s"
            return
        assert lane.exchange is not None
        state = "waits for a lock that is not given up" if lane.blocked else "has not answered"
        self.recorder.hung[lane.name] = f"{lane.exchange.sql} {state} for {self._step_timeout:g} s"
