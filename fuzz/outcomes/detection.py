"""Finds what is volatile: what two runs of one serial order, under different clocks and dice, do not agree on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter

from fuzz.history import History
from fuzz.outcomes.blanking import BlankRow, blank, blank_row
from fuzz.outcomes.comparison import same
from fuzz.outcomes.difference import Difference
from fuzz.outcomes.ending import Ending, ending_of
from fuzz.outcomes.ids import is_uuid
from fuzz.outcomes.pairing import pair_up
from fuzz.outcomes.pruned import ids_of
from fuzz.outcomes.values import Row, Special, Value, row_of
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
    pairs = list(_pairs(mine, theirs))
    if uuids := frozenset(_columns_of_uuids(pairs)):
        mine.ids, theirs.ids = (ids_of(run.ending, Volatile(uuids=uuids)) for run in (mine, theirs))
        pairs = list(_pairs(mine, theirs))
    found = Volatile(uuids=uuids) | _in_rows(mine, theirs, pairs) | _in_results(mine, theirs)
    while (difference := same(mine.ending, theirs.ending, volatile=found)) is not None:
        wider = found | _all_of(difference, mine.ending)
        if wider == found:  # a call ended in one of the runs only: nothing can be left out for that
            break
        found = wider
    return found


class _Run:
    """A run, with what recognises its ids and all versions of rows that it committed: table -> row -> how often."""

    def __init__(self, history: History) -> None:
        self.ending = ending_of(history)
        self.ids = ids_of(self.ending, Volatile())
        self.versions: defaultdict[str, Counter[Row]] = defaultdict(Counter)
        for commit in history.commits:
            for write in commit.writes:
                if write.after is not None:
                    self.versions[write.table][row_of(write.after)] += 1


Paired = tuple[str, BlankRow, BlankRow]
"""A table, and two rows of it that stand for each other."""


def _pairs(mine: _Run, theirs: _Run) -> Iterator[Paired]:
    """Rows that are not literally the same in both runs: by key, and where the key itself is volatile, by likeness."""
    for table in mine.versions.keys() & theirs.versions.keys():
        key = mine.ending.tables[table].key
        ones = [blank_row(row, key, mine.ids) for row in (mine.versions[table] - theirs.versions[table]).elements()]
        others = [blank_row(row, key, theirs.ids) for row in (theirs.versions[table] - mine.versions[table]).elements()]
        left: list[BlankRow] = []
        right: list[BlankRow] = []
        for one, other in pair_up(ones, others, attrgetter("key"), BlankRow.likeness):
            if one is not None and other is not None:
                yield table, one, other
            elif one is not None:
                left.append(one)
            elif other is not None:
                right.append(other)
        by_likeness = pair_up(left, right, lambda _: None, BlankRow.likeness)
        yield from ((table, one, other) for one, other in by_likeness if one is not None and other is not None)


def _columns_of_uuids(pairs: Iterable[Paired]) -> Iterator[tuple[str, str]]:
    """The columns in which UUIDs are made up that neither run's dice have thrown."""
    for table, one, other in pairs:
        for column in one.differing(other):
            if is_uuid(one.blank.get(column)) and is_uuid(other.blank.get(column)):
                yield table, column


def _in_rows(mine: _Run, theirs: _Run, pairs: Iterable[Paired]) -> Volatile:
    columns: set[tuple[str, str]] = set()
    documents: set[tuple[str, str, Path]] = set()
    for table, one, other in pairs:
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
