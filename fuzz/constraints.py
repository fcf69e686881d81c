"""What constraints make PostgreSQL look at when rows are written: no statement names it, but a write depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuzz.history import History, Step, Table, Write
from fuzz.statements import Statement


@dataclass(frozen=True, slots=True)
class Look:
    """Rows of a table that a constraint looks for.

    Attributes:
        table: whose.
        values: column -> value; empty: any row.
    """

    table: str
    values: Mapping[str, Any]

    def matches(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is one of them."""
        return all(row.get(column) == value for column, value in self.values.items())


def looks(step: Step, statement: Statement, writes: Sequence[Write], history: History) -> Iterator[Look]:
    """What the constraints looked for at a step.

    Args:
        step: that wrote.
        statement: what it sent.
        writes: what it wrote and its transaction committed.
        history: whose step it is.
    """
    for write in writes:
        yield from _of_write(write, history)
    for name in statement.writes:
        table = history.tables[name]
        if table.has_triggers:
            yield from (Look(each, {}) for each in history.tables)
        elif step.failure is not None or not writes:
            yield from (Look(each, {}) for each in _near(table, history))


def _of_write(write: Write, history: History) -> Iterator[Look]:
    table = history.tables[write.table]
    if write.after is not None:
        for columns in table.unique:
            yield Look(table.name, _values(write.after, columns, columns))
        for reference in table.references:
            yield Look(reference.table, _values(write.after, reference.columns, reference.keys))
    if write.before is not None:
        for child, reference in _references_to(table, history):
            if write.after is None or any(write.before[key] != write.after[key] for key in reference.keys):
                yield Look(child.name, _values(write.before, reference.keys, reference.columns))


def _values(row: Mapping[str, Any], own: Sequence[str], there: Sequence[str]) -> dict[str, Any]:
    return {column: row[name] for name, column in zip(own, there, strict=True)}


def _references_to(table: Table, history: History) -> Iterator[tuple[Table, Any]]:
    for child in history.tables.values():
        for reference in child.references:
            if reference.table == table.name:
                yield child, reference


def _near(table: Table, history: History) -> Iterator[str]:
    """The table, those that it points to and those that point to it: what a refused write may have run into."""
    yield table.name
    yield from (reference.table for reference in table.references)
    yield from (child.name for child, _ in _references_to(table, history))
