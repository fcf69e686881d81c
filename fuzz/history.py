"""What happened in one run, frozen: steps, outcomes of calls, committed versions of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from fuzz.case import Call, Case

CLOSING = -1
"""The call number of steps that a session takes while it is closed, after its last call."""

COME_TO = "has come to"
"""How a word in `History.hung` begins, where a session's own code has kept the turn."""

Place = tuple[str, int]
"""A call: its session, and its place in the session's program."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: columns of its table, the table that they point to, and the columns there, in the same order."""

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the target.

    Attributes:
        name: "table", or "schema.table" outside the schema `public`.
        key: its primary key's columns; empty where there is none.
        columns: all its columns, in order.
        unique: the columns of each unique index besides the primary key.
        references: its foreign keys.
        has_triggers: whether it has triggers of the target's own, or rules, or points to a partitioned table: a write
            may do anything then.
        incomparable: columns whose values, as the audit writes them, do not tell what they are equal to.
        has_heirs: whether tables inherit from it, so that a statement on it may be about their rows.
        defers: whether a constraint of it, or a foreign key to it, may be checked as late as COMMIT.
        rivals_unknown: whether two rows may exclude each other by more than equal values of columns: by an index on an
            expression, by an exclusion constraint, by NULLs that count as equal.
        drawing: columns whose defaults may draw numbers from sequences, as identities and functions of the target's do.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    has_triggers: bool = False
    incomparable: frozenset[str] = frozenset()
    has_heirs: bool = False
    defers: bool = False
    rivals_unknown: bool = False
    drawing: frozenset[str] = frozenset()

    @property
    def indexed(self) -> tuple[tuple[str, ...], ...]:
        """The columns of each index that is unique; none for one in which any two rows may exclude each other."""
        return (*((self.key,) if self.key else ()), *self.unique, *(((),) if self.rivals_unknown else ()))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result: its name there, and the table's column that libpq says it comes from."""

    name: str
    table: str | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception as data.

    Attributes:
        types: qualified names of its class and the class's bases, nearest first.
        message: its text, without what differs from run to run.
        sqlstate: PostgreSQL's code where the server raised it, else "".
        cause: the exception behind it (`__cause__`, or `__context__` unless suppressed).
        group: the exceptions in it, where it is a group of them.
        suppressed: whether what was behind it has been left out on purpose, by `from None`.
    """

    types: tuple[str, ...]
    message: str
    sqlstate: str
    cause: Failure | None
    group: tuple[Failure, ...] = ()
    suppressed: bool = False

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.types[0].rpartition(".")[2]

    def chain(self) -> Iterator[Failure]:
        """This failure and all that are in it or behind it, the nearest first."""
        yield self
        for inner in self.group:
            yield from inner.chain()
        if self.cause is not None:
            yield from self.cause.chain()


class Step(NamedTuple):
    """One statement (or COMMIT / ROLLBACK) sent by one session; a named tuple, as nothing else is made as often.

    Attributes:
        number: 1 for the first that was sent.
        session: who sent it.
        call: the call's place in the session's program, or `CLOSING`.
        sql: the statement as the driver was given it.
        parameters: the statement's parameters as plain data: a mapping, a tuple, or None.
        where: "file.py:line" of the target's own code that sent it, "" where none did.
        tag: PostgreSQL's command tag ("UPDATE 1"), "" when it failed.
        columns: of the result, if it has one.
        rows: of the result, values as PostgreSQL's text; no more than the first `ROWS_KEPT`.
        waited_for: the sessions that it waited for, in the order they were seen; empty when it ran at once.
        settled: the number of the last step that had been sent when the answer came.
        failure: the server's error.
        connection: which of the session's connections sent it, numbered from 0 as they were first used.
        level: the isolation level of its transaction, as a key of `fuzz.case.ISOLATION`.
        ends: whether no transaction was open on its connection after it.
    """

    number: int
    session: str
    call: int
    sql: str
    parameters: Any
    where: str
    tag: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    waited_for: tuple[str, ...]
    settled: int
    failure: Failure | None
    connection: int = 0
    level: str = "rc"
    ends: bool = False


ROWS_KEPT = 100
"""How many rows of one result a history keeps."""


@dataclass(frozen=True, slots=True)
class Write:
    """One committed change of one row.

    Attributes:
        table: the row's.
        before: the row before the change; None for an INSERT.
        after: the row after it; None for a DELETE.
        statement: equal for the changes that one statement made, growing from statement to statement.
    """

    table: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    statement: int = 0

    @property
    def row(self) -> Mapping[str, Any]:
        """The row as it is after the change, or as it was before its end."""
        row = self.before if self.after is None else self.after
        assert row is not None
        return row


@dataclass(frozen=True, slots=True)
class Commit:
    """A transaction that committed.

    Attributes:
        step: the number of the step that committed it.
        session: whose it was.
        call: the call's place in the session's program.
        writes: what it changed, in order; a row may be there more than once.
        broken: what the target's invariants say of the state it left: name -> the failure.
    """

    step: int
    session: str
    call: int
    writes: tuple[Write, ...]
    broken: Mapping[str, Failure]


@dataclass(frozen=True, slots=True)
class Inside:
    """What the target's invariants say of what a session saw inside its transaction, before it committed.

    Attributes:
        session: whose transaction.
        call: the call's place in the session's program.
        step: the number of the last step that had been sent.
        broken: name -> the failure.
    """

    session: str
    call: int
    step: int
    broken: Mapping[str, Failure]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended.

    Attributes:
        session: who made it.
        call: its place in the session's program.
        invocation: the operation and its arguments.
        result: what it returned, as plain data; None when it failed.
        failure: what it raised.
        expected: whether the target declares that exception as graceful.
        aftermath: why the session did not work again after the failure and a rollback; None where it did.
        last: the number of the last step sent when it ended.
        in_transaction: whether a connection of the session was still in a transaction then, where each call has a
            session of its own.
        lent: how many of its connections had not been given back to the pool then.
    """

    session: str
    call: int
    invocation: Call
    result: Any
    failure: Failure | None
    expected: bool
    aftermath: Failure | None
    last: int
    in_transaction: bool = False
    lent: int = 0


@dataclass(frozen=True, slots=True)
class Minted:
    """Where values come from that a run makes up: in another order of the same calls, others are given out.

    Attributes:
        ranges: [low, high) for each sequence of the database that is known by the numbers it hands out.
        draws: what the sessions' dice threw, each draw's bytes, in the order of sessions and draws.
        clock: what the clock showed first.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    draws: tuple[bytes, ...] = ()
    clock: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """A session waited for something in the process, as for a lock in Python that another session held.

    Attributes:
        session: that waited.
        call: the call's place in the session's program.
        what: it waited for.
        where: "file.py:line" of the target's own code that waited, "" where none did.
    """

    session: str
    call: int
    what: str
    where: str


@dataclass(frozen=True, slots=True)
class History:
    """The record of one run.

    Attributes:
        case: what was run, with the schedule as it was executed.
        steps: in the order they were sent.
        outcomes: in the order the calls ended.
        commits: in order.
        seed: the rows that the run began with, by table.
        tables: the target's tables by name.
        hung: sessions that were given up, with a word on why.
        turns: the session and the call of every step, and of every call that sent nothing, in order.
        routines: the names of the target's own functions in the database, which may read and write anything.
        inside: where an invariant did not hold inside a transaction.
        minted: where the ids come from that were made up in this run.
        invariants: whether the target has invariants, which are asked of every committed state.
        paused: when a session waited for another in the process, and not in the database.
    """

    case: Case
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    commits: tuple[Commit, ...]
    seed: Mapping[str, tuple[Mapping[str, Any], ...]]
    tables: Mapping[str, Table]
    hung: Mapping[str, str]
    turns: tuple[tuple[str, int], ...] = ()
    routines: frozenset[str] = frozenset()
    inside: tuple[Inside, ...] = ()
    minted: Minted = Minted()
    invariants: bool = False
    paused: tuple[Paused, ...] = ()

    @property
    def switches(self) -> int:
        """How often two steps in a row were of different sessions."""
        return sum(one.session != other.session for one, other in pairwise(self.steps))

    def outcome(self, session: str, call: int) -> Outcome | None:
        """How a call ended; None when it did not."""
        return next((o for o in self.outcomes if (o.session, o.call) == (session, call)), None)

    def digest(self) -> str:
        """A fingerprint of everything that happened, values included: equal for identical histories only."""
        content = (self.case.dumps(), self.steps, self.outcomes, self.commits, self.hung)
        return hashlib.sha256(repr(content).encode()).hexdigest()
