"""Writes down what happens while it happens, cheaply, and freezes it into a history afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from fuzz.case import Case
from fuzz.engine.failures import failure_of
from fuzz.engine.locks import Pause
from fuzz.engine.scheduled import Exchange
from fuzz.history import ROWS_KEPT, Column, Commit, Failure, History, Inside, Minted, Outcome, Paused, Step, Write
from fuzz.plain import given
from fuzz.postgres.catalogue import Catalogue


@dataclass(slots=True)
class Taken:
    """A step while it is being taken; what is sent, and attributes as in `fuzz.history.Step`.

    The level is the one that its connection asks for when it is sent; None: the case's.
    """

    number: int
    session: str
    call: int
    exchange: Exchange
    level: str | None
    waited_for: tuple[str, ...] = ()
    settled: int = 0
    ends: bool = False
    result: PGresult | None = None
    error: BaseException | None = None


class Recorder:
    """The record of one run.

    Args:
        clock: what the clock shows first.

    Attributes:
        steps: those taken so far.
        turns: the session of each step, and the call's place in its program; calls that sent nothing among them.
        draws: what each session's dice have thrown.
    """

    def __init__(self, clock: datetime) -> None:
        self._clock = clock
        self.steps: list[Taken] = []
        self.turns: list[tuple[str, int]] = []
        self.outcomes: list[Outcome] = []
        self.commits: list[Commit] = []
        self.inside: list[Inside] = []
        self.pauses: list[Paused] = []
        self.hung: dict[str, str] = {}
        self.draws: dict[str, list[bytes]] = {}

    @property
    def schedule(self) -> tuple[str, ...]:
        """The session of each turn."""
        return tuple(session for session, _ in self.turns)

    def turn(self, session: str, call: int) -> None:
        """A session had its turn; a call that sent nothing has no more than that."""
        self.turns.append((session, call))

    def pause(self, session: str, call: int, pause: Pause) -> None:
        """A session waits for something in this process."""
        self.pauses.append(Paused(session, call, pause.what, pause.where))

    def step(self, session: str, call: int, exchange: Exchange) -> Taken:
        """A step is about to be sent."""
        taken = Taken(len(self.steps) + 1, session, call, exchange, exchange.connection.level)
        self.steps.append(taken)
        self.turns.append((session, call))
        return taken

    def commit(self, taken: Taken, writes: tuple[Write, ...], broken: Mapping[str, Failure]) -> None:
        """A step has committed a transaction."""
        self.commits.append(Commit(taken.number, taken.session, taken.call, writes, broken))

    def break_last(self, broken: Mapping[str, Failure]) -> None:
        """Invariants do not hold in what was committed last, as is seen only now."""
        last = self.commits[-1]
        self.commits[-1] = replace(last, broken={**last.broken, **broken})

    def freeze(
        self,
        case: Case,
        catalogue: Catalogue,
        describe: Describe,
        seed: Mapping[str, tuple[Mapping[str, Any], ...]],
        *,
        invariants: bool,
    ) -> History:
        """The history of the run of a case."""
        return History(
            case,
            tuple(self._frozen(case.isolation, describe)),
            tuple(self.outcomes),
            tuple(self.commits),
            seed,
            catalogue.named,
            dict(self.hung),
            tuple(self.turns),
            catalogue.routines,
            tuple(self.inside),
            Minted(catalogue.ranges, tuple(draw for draws in self.draws.values() for draw in draws), self._clock),
            invariants,
            tuple(self.pauses),
        )

    def _frozen(self, level: str, describe: Describe) -> Iterator[Step]:
        connections: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for taken in self.steps:
            known = connections[taken.session]
            number = known.setdefault(taken.exchange.connection.pid, len(known))
            yield _step(taken, describe, number, taken.level or level)


Describe = Callable[[str, PGresult], tuple[Column, ...]]
"""The columns of a statement's result."""


class Columns:
    """Where the columns of results come from, remembered by statement: asked of libpq for each statement once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[str, int], tuple[Column, ...]] = {}

    def __call__(self, sql: str, result: PGresult) -> tuple[Column, ...]:
        """The columns of a statement's result."""
        key = (sql, result.nfields)
        if key not in self._known:
            self._known[key] = tuple(self._column(result, number) for number in range(result.nfields))
        return self._known[key]

    def _column(self, result: PGresult, number: int) -> Column:
        name = result.fname(number) or b""
        return Column(name.decode(), *self._catalogue.origin(result.ftable(number), result.ftablecol(number)))


def _step(taken: Taken, describe: Describe, connection: int, level: str) -> Step:
    result, exchange = taken.result, taken.exchange
    has_rows = result is not None and result.status == ExecStatus.TUPLES_OK
    return Step(
        number=taken.number,
        session=taken.session,
        call=taken.call,
        sql=exchange.sql,
        parameters=given(exchange.parameters),
        where=exchange.where,
        tag="" if result is None else (result.command_status or b"").decode(),
        columns=describe(exchange.sql, result) if result is not None and has_rows else (),
        rows=_rows(result) if result is not None and has_rows else (),
        waited_for=taken.waited_for,
        settled=taken.settled,
        failure=None if taken.error is None else failure_of(taken.error),
        connection=connection,
        level=level,
        ends=taken.ends,
    )


def _rows(result: PGresult) -> tuple[tuple[str | None, ...], ...]:
    columns, rows = range(result.nfields), range(min(result.ntuples, ROWS_KEPT))
    return tuple([tuple([_text(result, row, column) for column in columns]) for row in rows])


def _text(result: PGresult, row: int, column: int) -> str | None:
    value = result.get_value(row, column)
    if value is None:
        return None
    return bytes(value).hex() if result.fformat(column) else bytes(value).decode(errors="replace")
