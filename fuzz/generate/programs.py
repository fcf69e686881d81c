"""What a session does, as the unit that meets others: one call, or several in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from fuzz.case import Call
from fuzz.generate.footprint import Footprint
from fuzz.generate.lessons import Lessons
from fuzz.generate.meetings import Alone
from fuzz.traces.reach import meet

AND = "+"
"""Between the operations of a program, as it is named on the command line."""

KINDS = 4
"""Calls of one operation that are tried in programs, each of other rows, or in another order, than the others."""

CANDIDATES = 40
"""Programs of one name that are run alone, those first whose calls have to do with the same rows."""


@dataclass(frozen=True, slots=True)
class Program:
    """A session's calls, in order."""

    calls: tuple[Call, ...]

    @property
    def operation(self) -> str:
        """The operations, as they are named on the command line."""
        return AND.join(call.operation for call in self.calls)

    def __str__(self) -> str:
        return f" {AND} ".join(map(str, self.calls))


Rehearsed = tuple[Program, Footprint]
"""A program, and what it touched when it ran alone."""


def single(alone: Sequence[Alone]) -> Sequence[Rehearsed]:
    """Programs of one call."""
    return [(Program((call,)), footprint) for call, footprint in alone]


def rehearsed(words: Sequence[str], lessons: Lessons) -> Sequence[Rehearsed]:
    """The programs that words such as "get" and "get+commit" may stand for, the simple ones first.

    A word for several operations has few of the programs that could be made of their calls, and these are run alone.

    Raises:
        TargetError: when one does not come to its end by itself.
    """
    return [each for word in dict.fromkeys(words) for each in _of(word.split(AND), lessons)]


def _of(operations: Sequence[str], lessons: Lessons) -> Iterator[Rehearsed]:
    if len(operations) == 1:
        yield from single([each for each in lessons.alone if each[0].operation == operations[0]])
        return
    for number, calls in enumerate(_candidates(operations, lessons.alone)):
        yield Program(calls), lessons.rehearse(calls, number)


def _candidates(operations: Sequence[str], alone: Sequence[Alone]) -> Sequence[tuple[Call, ...]]:
    """Calls in a row, those first that have to do with the same rows: these are what a program races for."""
    kinds = {operation: _kinds(operation, alone) for operation in set(operations)}
    rows = sorted(product(*(kinds[operation] for operation in operations)), key=_apart)
    return [tuple(call for call, _ in each) for each in rows[:CANDIDATES]]


def _kinds(operation: str, alone: Sequence[Alone]) -> Sequence[Alone]:
    """Calls of an operation of which no two look at the same rows as the same others do, the simple ones first."""
    kinds: dict[object, Alone] = {}
    for call, footprint in (each for each in alone if each[0].operation == operation):
        others = tuple(meet(footprint.looks, other.looks) for _, other in alone)
        kinds.setdefault((others, footprint.order), (call, footprint))
        if len(kinds) == KINDS:
            break
    return list(kinds.values())


def _apart(each: tuple[Alone, ...]) -> tuple[int, int]:
    """How many two of some calls have to do with no row both, and how many rows they read or write together."""
    apart = sum(not meet(one.looks, other.looks) for (_, one), (_, other) in combinations(each, 2))
    return apart, len(frozenset[object]().union(*(footprint.touches for _, footprint in each)))
