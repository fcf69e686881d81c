"""Finds what is volatile: what two runs of one serial order, under different clocks and dice, do not agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from fuzz.history import History
from fuzz.outcomes.blanking import BlankRow, blank, blank_row
from fuzz.outcomes.comparison import same
from fuzz.outcomes.difference import Difference
from fuzz.outcomes.ending import Ending, ending_of
from fuzz.outcomes.ids import Ids, is_uuid
from fuzz.outcomes.pairing import pair_up
from fuzz.outcomes.pruned import ids_of
from fuzz.outcomes.values import Special, Value, row_of
from fuzz.outcomes.volatile import Path, Volatile


def volatile_in(one: History, other: History) -> Volatile:
    """What to leave out when outcomes are compared, so that those of the two runs are the same.

    An id that was made up in both runs is not volatile for that. All versions of rows are looked at, not only the
    last ones: another order may end with another.

    Args:
        one: a run of a serial order.
        other: another run of the same serial order, under another clock and other dice.
    """
    mine, theirs = _Run(one), _Run(other)
    uuids = frozenset(_columns_of_uuids(mine, theirs))
    mine.knows(uuids)
    theirs.knows(uuids)
    found = Volatile(uuids=uuids) | _in_rows(mine, theirs) | _in_results(mine, theirs)
    while (difference := same(mine.ending, theirs.ending, volatile=found)) is not None:
        wider = found | _all_of(difference, mine.ending)
        if wider == found:  # a call ended in one of the runs only: nothing can be left out for that
            break
        found = wider
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Version:
    """A row as it was written at some time; `number` counts the versions of one row from 1."""

    row: BlankRow
    number: int

    def place(self) -> Hashable:
        return self.row.key, self.number

    def likeness(self, other: _Version) -> tuple[int, int]:
        return self.row.likeness(other.row)


class _Run:
    """A run, with what recognises its ids."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.ending = ending_of(history)
        self.ids = Ids(history.minted)

    def knows(self, uuids: frozenset[tuple[str, str]]) -> None:
        self.ids = ids_of(self.ending, Volatile(uuids=uuids))

    def versions(self, table: str) -> Iterator[_Version]:
        """All versions of a table's rows that were committed."""
        key = self._history.tables[table].key
        numbers: Counter[object] = Counter()
        for commit in self._history.commits:
            for write in commit.writes:
                if write.table == table and write.after is not None:
                    row = row_of(write.after)
                    place = frozenset(pair for pair in row if pair[0] in key) or None
                    numbers[place] += place is not None
                    yield _Version(blank_row(row, key, self.ids), numbers[place])


def _pairs(mine: _Run, theirs: _Run) -> Iterator[tuple[str, BlankRow, BlankRow]]:
    """Each table, and pairs of its rows' versions: by key, and where the key itself is volatile, by likeness."""
    for table in mine.ending.rows.keys() & theirs.ending.rows.keys():
        ones: list[_Version] = []
        others: list[_Version] = []
        by_key = pair_up(mine.versions(table), theirs.versions(table), _Version.place, _Version.likeness)
        for one, other in by_key:
            if one is not None and other is not None:
                yield table, one.row, other.row
            elif one is not None:
                ones.append(one)
            elif other is not None:
                others.append(other)
        by_likeness = pair_up(ones, others, lambda version: version.number, _Version.likeness)
        yield from ((table, one.row, other.row) for one, other in by_likeness if one and other)


def _columns_of_uuids(mine: _Run, theirs: _Run) -> Iterator[tuple[str, str]]:
    """The columns in which UUIDs are made up that neither run's dice have thrown."""
    for table, one, other in _pairs(mine, theirs):
        for column in one.differing(other):
            if is_uuid(one.blank.get(column)) and is_uuid(other.blank.get(column)):
                yield table, column


def _in_rows(mine: _Run, theirs: _Run) -> Volatile:
    columns: set[tuple[str, str]] = set()
    documents: set[tuple[str, str, Path]] = set()
    for table, one, other in _pairs(mine, theirs):
        for column in one.differing(other):
            for path in _paths(mine, one.values.get(column), theirs, other.values.get(column)):
                if path:
                    documents.add((table, column, path))
                else:
                    columns.add((table, column))
    return Volatile(columns=frozenset(columns), documents=frozenset(documents))


def _in_results(mine: _Run, theirs: _Run) -> Volatile:
    results: set[tuple[str, Path]] = set()
    for place, one in mine.ending.calls.items():
        other = theirs.ending.calls.get(place)
        if other is not None and one.failure is None and other.failure is None:
            results |= {(one.operation, path) for path in _paths(mine, one.returned, theirs, other.returned)}
    return Volatile(results=frozenset(results))


def _paths(mine: _Run, one: Value, theirs: _Run, other: Value, path: Path = ()) -> Iterator[Path]:
    """The least parts of a value in which two runs differ whatever their ids are."""
    if blank(one, mine.ids) == blank(other, theirs.ids):
        return
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other) and one[0] is not Special.SET:
        for left, right in zip(one, other, strict=True):
            yield from _paths(mine, left, theirs, right, (*path, "*"))
    elif isinstance(one, frozenset) and isinstance(other, frozenset) and dict(one).keys() == dict(other).keys():
        for key, left in one:
            yield from _paths(mine, left, theirs, dict(other)[key], (*path, key))
    else:
        yield path


def _all_of(difference: Difference, ending: Ending) -> Volatile:
    """What to leave out for a difference that remains: rows of one run only, ids that stand elsewhere."""
    return Volatile(
        columns=frozenset(
            (row.table, column) for row in difference.rows for column in row.columns or ending.tables[row.table].columns
        ),
        results=frozenset((end.operation, ()) for call in difference.calls for end in (call.one, call.other) if end),
    )
