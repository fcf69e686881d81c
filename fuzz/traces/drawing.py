"""Which sequences the statements of a history draw numbers from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fuzz.history import History, Step, Write
from fuzz.statements import Statement
from fuzz.traces.effect import Tables

_CALLS = frozenset({"nextval", "setval"})


class Drawing:
    """The sequences of a history.

    Args:
        history: whose.
        placed: a step's number -> what it has written, as far as that was committed.

    Attributes:
        all: their names.
    """

    def __init__(self, history: History, placed: Mapping[int, Sequence[Write]]) -> None:
        self._tables = history.tables
        self._names = {range_: f"(sequence from {range_[0]})" for range_ in history.minted.ranges}
        self.all: Tables = frozenset(self._names.values())
        self._placed: dict[int, Tables] = {}
        known: set[int] = set()
        for number in sorted(placed):
            new = set(_numbers(placed[number])) - known  # one that is met again is a foreign key
            self._placed[number] = self._of(new)
            known |= new

    def of(self, step: Step, statement: Statement) -> Tables:
        """The sequences that a statement draws from, or may draw from."""
        if any(name.rpartition(".")[2] in _CALLS for name in statement.functions):
            return self.all | {"(sequences)"}  # two without a range of their own may be the same
        if step.number in self._placed:
            return self._placed[step.number]
        inserting = [name for name, verbs in statement.writes.items() if "INSERT" in verbs]
        left = [self._left_out(name, statement) for name in inserting]
        drawn = {column for each in left for column in each or ()}
        places = {(column.table, column.origin): place for place, column in enumerate(step.columns)}
        if None in left or not drawn <= places.keys():
            return self.all
        returned = [row[places[column]] for column in drawn for row in step.rows]
        return self._of({int(value) for value in returned if value is not None and value.isdecimal()})

    def _left_out(self, name: str, statement: Statement) -> set[tuple[str | None, str | None]] | None:
        """The columns for which an INSERT lets a default draw a number; None where that cannot be told."""
        if name not in self._tables or name not in statement.gives:
            return None
        drawing = self._tables[name].drawing
        return {(name, column) for row in statement.gives[name] for column in drawing if not dict(row).get(column)}

    def _of(self, numbers: set[int]) -> Tables:
        return frozenset(
            name for (low, high), name in self._names.items() if any(low <= number < high for number in numbers)
        )


def _numbers(writes: Sequence[Write]) -> Iterator[int]:
    """The whole numbers in new rows."""
    return (value for write in writes if write.before is None for value in write.row.values() if type(value) is int)
