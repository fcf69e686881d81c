"""Programs of one call fewer that are made of the same calls: for long sessions, where a call prepares another.

Dropping one call at a time stops short there: "read, commit, add, flush" and "add, expire, flush" are the same race,
and no single call can be left out of the longer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product

from fuzz.case import Call, Case
from fuzz.history import CLOSING, History

MOST = 4
"""The longest program that is made shorter so; there are too many ways for longer ones."""


def shorter_programs(case: Case, plain: Sequence[Call]) -> Iterator[tuple[str, Case]]:
    """Cases in which one session's program is made anew, with one call fewer.

    Of the program's calls with arguments all are kept, or all but one; what is left over is filled with calls
    without. Every order is tried.

    Args:
        case: with the programs.
        plain: the target's calls without arguments.

    Yields:
        The session whose program is new, and the case, without a schedule.
    """
    for session, calls in case.programs.items():
        if 1 < len(calls) <= MOST:
            for program in _programs(calls, plain):
                yield session, replace(case, programs={**case.programs, session: program}).scheduled(())


def _programs(calls: Sequence[Call], plain: Sequence[Call]) -> Iterator[tuple[Call, ...]]:
    size = len(calls) - 1
    telling = [call for call in calls if call.arguments]
    kept = [telling[:place] + telling[place + 1 :] for place in range(len(telling))]
    for chosen in (*kept, telling):
        spaces = size - len(chosen)
        if spaces < 0:
            continue
        for filling in product(plain, repeat=spaces):
            yield from _orders((*chosen, *filling))


def _orders(calls: tuple[Call, ...]) -> Iterator[tuple[Call, ...]]:
    """All orders of some calls, each once."""
    seen: list[tuple[Call, ...]] = []
    for order in permutations(calls):
        if order not in seen:
            seen.append(order)
            yield order


def at_each_call(session: str, history: History) -> Iterator[Case]:
    """The case of a history with one preemption: the session stops after one of its calls, and the others run.

    Args:
        session: which is preempted.
        history: of the case, the session having run to its end at once.
    """
    own = [call for name, call in history.turns if name == session and call != CLOSING]
    others = [name for name in history.case.schedule if name != session]
    for done in sorted(set(own))[:-1]:
        before = sum(call <= done for call in own)
        yield history.case.scheduled([session] * before + others)
