"""Which sequences the statements of a history draw numbers from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fuzz.history import History, Step, Write
from fuzz.statements import Statement
from fuzz.traces.effect import NONE, Tables

_CALLS = frozenset({"nextval", "setval"})

_OTHERS = "(sequences)"
"""Those whose numbers do not tell where they are from: two of them may be the same."""


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
        self._placed = placed
        self._names = {f"(sequence from {low})": range(low, high) for low, high in history.minted.ranges}
        self.all: Tables = frozenset({*self._names, _OTHERS})

    def of(self, step: Step, statement: Statement) -> Tables:
        """The sequences that a statement draws from, or may draw from."""
        if any(name.rpartition(".")[2] in _CALLS for name in statement.functions):
            return self.all
        inserting = [name for name, verbs in statement.writes.items() if "INSERT" in verbs and name in self._tables]
        drawn = {(name, column) for name in inserting for column in self._left_out(name, statement)}
        if not drawn:
            return NONE
        values = self._written(step, drawn) or self._returned(step, drawn)
        return self.all if values is None else self._of(values)

    def _left_out(self, name: str, statement: Statement) -> Iterable[str]:
        """The columns for which an INSERT lets a default draw a number, or may let it."""
        drawing = self._tables[name].drawing
        rows = statement.gives.get(name)
        return drawing if rows is None else {each for row in rows for each in drawing if not dict(row).get(each)}

    def _written(self, step: Step, drawn: Iterable[tuple[str, str]]) -> list[Any]:
        """What was committed in the columns that numbers were drawn for."""
        rows = [write for write in self._placed.get(step.number, ()) if write.before is None]
        return [write.row[column] for name, column in drawn for write in rows if write.table == name]

    def _returned(self, step: Step, drawn: Iterable[tuple[str, str]]) -> list[Any] | None:
        """What came back of these columns; None where that is not all."""
        places = {(column.table, column.origin): place for place, column in enumerate(step.columns)}
        if not step.rows or any(column not in places for column in drawn):
            return None
        values = [row[places[column]] for column in drawn for row in step.rows]
        return [int(value) if value is not None and value.isdecimal() else value for value in values]

    def _of(self, values: Iterable[Any]) -> Tables:
        """Where some values come from."""
        sources = (
            {name for name, own in self._names.items() if type(value) is int and value in own} or {_OTHERS}
            for value in values
        )
        return frozenset(name for each in sources for name in each)
