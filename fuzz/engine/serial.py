"""The serial orders of a case: the same calls, one after the other, in every order that keeps each program's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby, islice

from fuzz.case import Case
from fuzz.engine.chance import EPOCH
from fuzz.engine.stage import Stage
from fuzz.history import History

LATER = EPOCH + timedelta(seconds=3, milliseconds=371)
"""What another clock shows first: late enough that no reading is what the first clock showed at the same place, and
early enough that what was seeded to last for a while, as a visitor's session or a lease, has not expired."""

MOST = 100
"""How many serial orders are run of one case; two programs of three calls have twenty."""


def serial_orders(stage: Stage, case: Case) -> Iterator[tuple[str, ...]]:
    """The serial orders of a case's programs: whose turn it is, for each call.

    Where one session lives through a program, its transactions may reach from call to call, so that only whole
    programs follow each other: a turn for each program.
    """
    return islice(_orders(_turns(stage, case)), MOST)


def serial_history(stage: Stage, case: Case, order: Sequence[str], clock: datetime = EPOCH) -> History:
    """Run a case's programs in one of its serial orders.

    Args:
        stage: where.
        case: its programs, seed and isolation level count.
        order: whose turn it is, as `serial_orders` has it.
        clock: what the clock shows first.
    """
    whole = _is_whole(stage)
    with stage.begin(tuple(case.programs), case.isolation, case.seed, clock) as run:
        made = dict.fromkeys(case.programs, 0)
        for session in order:
            calls = case.programs[session]
            for call in calls if whole else calls[made[session] : made[session] + 1]:
                run.add(session, call)
            made[session] += 1
            while run.step(session) or run.expire(session):
                pass
            if whole:
                run.close(session)
        run.finish()
    return stage.history(run, case)


def order_of(stage: Stage, history: History) -> tuple[str, ...] | None:
    """The serial order that a history is one of; None where calls overlapped."""
    if history.hung or any(step.settled != step.number for step in history.steps):
        return None
    whole = _is_whole(stage)
    order = tuple(session for (session, _), _ in groupby((session, whole or call) for session, call in history.turns))
    return order if Counter(order) == Counter(_turns(stage, history.case)) else None


def serial_history_again(stage: Stage, case: Case, order: Sequence[str]) -> History:
    """The same once more, under another clock and other dice."""
    return serial_history(stage, replace(case, seed=case.seed + 1), order, LATER)


def _is_whole(stage: Stage) -> bool:
    return stage.target.session_scope == "program"


def _turns(stage: Stage, case: Case) -> dict[str, int]:
    """How many turns each session has: one for each call, or one for its whole program."""
    return {session: 1 if _is_whole(stage) else len(calls) for session, calls in case.programs.items() if calls}


def _orders(lengths: dict[str, int]) -> Iterator[tuple[str, ...]]:
    """All orders of as many turns as each session has."""
    if not any(lengths.values()):
        yield ()
    for session, turns in lengths.items():
        if turns:
            for rest in _orders({**lengths, session: turns - 1}):
                yield (session, *rest)
