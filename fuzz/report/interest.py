"""Which columns a reader cares for: those that something in the history changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from fuzz.history import History, Table
from fuzz.report.statement import assigned, read_statement
from fuzz.report.values import is_moment

Interest = Mapping[str, frozenset[str]]
"""Table -> its columns that are changed; a table of which rows only come and go has none, but is there."""


def interest_of(history: History) -> Interest:
    """The columns that a history's statements change, committed or not."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for table, columns in _changed(history):
        found[table].update(columns)
    return {table: frozenset(columns) for table, columns in found.items()}


def _changed(history: History) -> Iterator[tuple[str, set[str]]]:
    for commit in history.commits:
        for write in commit.writes:
            columns = changed(write.before, write.after) if write.before and write.after else []
            yield write.table, {column for column in columns if not is_moment(write.row[column])}
    for step in history.steps:
        reading = read_statement(step.sql)
        if reading.writes and reading.table in history.tables:
            yield reading.table, {column for column, value in assigned(step).items() if not is_moment(value)}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The columns that differ."""
    return [column for column in after if before.get(column) != after[column]]


def telling(table: Table, row: Mapping[str, Any], interest: Interest) -> list[str]:
    """The columns of a row that are of interest, in the table's order, without its key."""
    wanted = interest.get(table.name, frozenset())
    return [c for c in table.columns if c in row and c in wanted and c not in table.key]
