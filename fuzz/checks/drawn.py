"""Numbers of sequences and moments that calls have left in rows: whoever sorts by them sees who drew first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from fuzz.accesses.versions import is_moment
from fuzz.history import History, Place, Write

_Series = Hashable
"""What has drawn values in an order: a sequence, or a column with moments."""


def drawn(history: History, calls: Mapping[Place, int]) -> Iterator[tuple[int, int]]:
    """Pairs of calls of which the first has drawn the lesser of two values that stand next to each other.

    Args:
        history: whose rows are looked at.
        calls: where a call stands -> its number.
    """
    by_value: defaultdict[_Series, dict[Any, int]] = defaultdict(dict)
    for commit in history.commits:
        for write in commit.writes:
            for series, value in _values(history.minted.ranges, write):
                by_value[series].setdefault(value, calls[commit.session, commit.call])
    for known in by_value.values():
        yield from pairwise(known[value] for value in sorted(known))


def _values(ranges: Sequence[tuple[int, int]], write: Write) -> Iterator[tuple[_Series, Any]]:
    before = write.before or {}
    for column, value in (write.after or {}).items():
        if type(value) is int and write.before is None:
            sequence = next((place for place, (low, high) in enumerate(ranges) if low <= value < high), None)
            if sequence is not None:
                yield sequence, value
        elif type(value) is str and value != before.get(column) and is_moment(value):
            yield (write.table, column), value
