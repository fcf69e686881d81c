"""The serial orders of a case, each run when a check first asks for it, and once for the same programs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from fuzz.case import Case
from fuzz.checks.evidence import Serial
from fuzz.engine.serial import order_of, serial_history, serial_history_again, serial_orders
from fuzz.engine.stage import Stage
from fuzz.history import History, Place

KEPT = 64
"""Sets of programs whose serial orders are remembered: schedules of the same programs come one after the other."""

Made = TypeVar("Made")


class SerialOrders:
    """Runs serial orders.

    Args:
        stage: where to run them.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._known: OrderedDict[str, dict[tuple[str, ...], History]] = OrderedDict()
        self._again: OrderedDict[str, Sequence[tuple[History, History]]] = OrderedDict()
        self._named: tuple[Case, str] | None = None

    def of(self, case: Case) -> Serial:
        """Those of a case's programs, whatever its schedule."""
        programs = case.scheduled(())

        def orders(of: Case) -> Iterator[History]:
            return (self._one(of, order) for order in serial_orders(self._stage, of))

        return Serial(
            one=lambda order: self._one(programs, tuple(order)),
            orders=lambda: orders(programs),
            without=lambda calls: orders(_without(programs, calls)),
            again=lambda: _remembered(self._again, self._name(programs), lambda: list(self._twins(programs))),
        )

    def note(self, history: History) -> None:
        """Remember a history that is one of a serial order: it need not be run again."""
        order = order_of(self._stage, history)
        if order is not None:
            programs = history.case.scheduled(())
            _remembered(self._known, self._name(programs), dict[tuple[str, ...], History]).setdefault(order, history)

    def _one(self, programs: Case, order: tuple[str, ...]) -> History:
        known = _remembered(self._known, self._name(programs), dict[tuple[str, ...], History])
        if order not in known:
            known[order] = serial_history(self._stage, programs, order)
        return known[order]

    def _name(self, programs: Case) -> str:
        """A case as text; schedules of the same programs, which are one object then, come one after the other."""
        if self._named is None or self._named[0].programs is not programs.programs or self._named[0] != programs:
            self._named = (programs, programs.dumps())
        return self._named[1]

    def _twins(self, programs: Case) -> Iterator[tuple[History, History]]:
        """Both ends are looked at: what only the one who comes first writes, say, is volatile in one of them only."""
        first, *others = serial_orders(self._stage, programs)
        for order in (first, *others[-1:]):
            yield self._one(programs, order), serial_history_again(self._stage, programs, order)


def _remembered(known: OrderedDict[str, Made], key: str, make: Callable[[], Made]) -> Made:
    if key not in known:
        if len(known) >= KEPT:
            known.popitem(last=False)
        known[key] = make()
    known.move_to_end(key)
    return known[key]


def _without(case: Case, calls: frozenset[Place]) -> Case:
    programs = {
        session: tuple(call for place, call in enumerate(program) if (session, place) not in calls)
        for session, program in case.programs.items()
    }
    return replace(case, programs=programs)
