"""A run that a strategy drives: it says who goes on, step by step, until nobody can."""

from __future__ import annotations

from itertools import takewhile

from fuzz.engine.run import Run
from fuzz.strategies import Strategy, Turn
from fuzz.traces.foresight import Foresight, Sent


def drive(run: Run, strategy: Strategy, foresight: Foresight) -> None:
    """Let the sessions of a run go on, until all have come to the ends of their programs, or wait.

    Args:
        run: with all calls in it.
        strategy: chooses who goes on.
        foresight: tells which steps conflict, before they are taken.
    """

    def conflict(one: str, other: str) -> bool:
        pending, others = _pending(run, one), _pending(run, other)
        if pending is None or others is None:  # a call that has not begun may do anything
            return True
        return foresight.conflict(pending, _sent(run, one), others, _sent(run, other))

    while ready := run.ready:
        run.step(strategy.choose(Turn(ready, conflict)))


def _pending(run: Run, session: str) -> Sent | None:
    exchange = run.pending(session)
    return None if exchange is None else (exchange.sql, exchange.parameters)


def _sent(run: Run, session: str) -> list[Sent]:
    """What a session has sent in the transaction that it is in."""
    own = (taken for taken in reversed(run.recorder.steps) if taken.session == session)
    return [(taken.exchange.sql, taken.exchange.parameters) for taken in takewhile(lambda taken: not taken.ends, own)]
