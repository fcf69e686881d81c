"""The serial orders of a case: the same calls, one after the other, in every order that keeps each program's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fuzz.case import Case
from fuzz.engine.stage import Stage
from fuzz.history import History

MOST = 100
"""How many serial orders are run of one case; two programs of three calls have twenty."""


def serial_histories(stage: Stage, case: Case) -> tuple[History, ...]:
    """Run the serial orders of a case's programs.

    Where one session lives through a program, its transactions may reach from call to call, so that only whole
    programs follow each other.
    """
    whole = stage.target.session_scope == "program"
    lengths = {session: 1 if whole else len(calls) for session, calls in case.programs.items() if calls}
    orders = (order for order, _ in zip(_orders(lengths), range(MOST), strict=False))
    return tuple(_run(stage, case, order, whole=whole) for order in orders)


def _orders(lengths: dict[str, int]) -> Iterator[tuple[str, ...]]:
    """All orders of as many turns as each session has."""
    if not any(lengths.values()):
        yield ()
    for session, turns in lengths.items():
        if turns:
            for rest in _orders({**lengths, session: turns - 1}):
                yield (session, *rest)


def _run(stage: Stage, case: Case, order: Sequence[str], *, whole: bool) -> History:
    with stage.begin(tuple(case.programs), case.isolation, case.seed) as run:
        made = dict.fromkeys(case.programs, 0)
        for session in order:
            calls = case.programs[session]
            for call in calls if whole else calls[made[session] : made[session] + 1]:
                run.add(session, call)
            made[session] += 1
            while run.step(session):
                pass
            if whole:
                run.close(session)
        run.finish()
    return stage.history(run, case)
