"""What came of a history in the end: how each call ended, and what the run made of the rows that it began with."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fuzz.history import CLOSING, Failure, History, Minted, Outcome, Place, Table, Write
from fuzz.outcomes.ids import forms_of, telling
from fuzz.outcomes.masks import masked
from fuzz.outcomes.values import Row, Value, row_of, value_of


@dataclass(frozen=True, slots=True, eq=False)
class CallEnd:
    """How a call ended.

    Attributes:
        operation: what was called.
        result: what it returned, as plain data; None when it failed.
        failure: what it raised.
        returned: the result in the form that is compared.
        message: the failure's, masked.
    """

    operation: str
    result: Any
    failure: Failure | None
    returned: Value
    message: str

    @property
    def value(self) -> Value:
        """All of that in the form that is compared."""
        if self.failure is None:
            return ("returned", self.returned)
        return ("failed", self.failure.types[0], self.message)


@dataclass(frozen=True, slots=True, eq=False)
class Ending:
    """The outcome of a run; two that began with the same rows are compared by `same`.

    The final rows are told by what they are more, and fewer, than the rows of the seed. That is equal for two runs
    if, and only if, their final rows are, and it costs nothing for rows that nobody wrote.

    Attributes:
        calls: how each call ended; one that never did is missing.
        rows: table -> row -> how many more of it there are than in the seed; negative where there are fewer.
        inserted: table -> the rows that were inserted, as they were then.
        tables: the target's tables by name.
        minted: where the ids come from that the run made up.
        arguments: the numbers among the calls' arguments.
    """

    calls: Mapping[Place, CallEnd]
    rows: Mapping[str, Mapping[Row, int]]
    inserted: Mapping[str, tuple[Row, ...]]
    tables: Mapping[str, Table]
    minted: Minted
    arguments: frozenset[int]

    def without(self, calls: frozenset[Place]) -> Ending:
        """The same with some calls left out, and the calls after them moved up in their programs; rows stay."""
        kept: dict[Place, CallEnd] = {}
        places: Counter[str] = Counter()
        for (session, place), end in sorted(self.calls.items()):
            if (session, place) not in calls:
                kept[session, places[session]] = end
                places[session] += 1
        return replace(self, calls=kept)


def ending_of(history: History) -> Ending:
    """What came of a history in the end."""
    rows: defaultdict[str, Counter[Row]] = defaultdict(Counter)
    inserted: defaultdict[str, list[Row]] = defaultdict(list)
    for commit in history.commits:
        for write in commit.writes:
            _move_on(rows[write.table], inserted[write.table], write)
    return Ending(
        {(end.session, end.call): _call_end(end, history.minted) for end in history.outcomes if end.call != CLOSING},
        {table: {row: count for row, count in counts.items() if count} for table, counts in rows.items()},
        {table: tuple(found) for table, found in inserted.items()},
        history.tables,
        history.minted,
        frozenset(_numbers([call.arguments for calls in history.case.programs.values() for call in calls])),
    )


def _move_on(rows: Counter[Row], inserted: list[Row], write: Write) -> None:
    if write.before is not None:
        rows[row_of(write.before)] -= 1
    if write.after is not None:
        after = row_of(write.after)
        rows[after] += 1
        if write.before is None:
            inserted.append(after)


def _call_end(end: Outcome, minted: Minted) -> CallEnd:
    if end.failure is None:
        return CallEnd(end.invocation.operation, end.result, None, value_of(end.result), "")
    known = [text for draw in telling(minted.draws) for _, text in forms_of(draw) if isinstance(text, str)]
    return CallEnd(end.invocation.operation, None, end.failure, None, masked(end.failure.message, known))


def _numbers(arguments: Any) -> Iterator[int]:
    """The numbers in what calls are given, in texts and containers, too."""
    if isinstance(arguments, int):
        yield arguments
    elif isinstance(arguments, str):
        yield from map(int, re.findall(r"[1-9]\d{5,18}", arguments))
    elif isinstance(arguments, Mapping):
        for item in arguments.items():
            yield from _numbers(item)
    elif isinstance(arguments, Iterable) and not isinstance(arguments, bytes):
        for item in arguments:
            yield from _numbers(item)
