"""The closed world of a scratch database: every row that a history has written, and what is known about them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fuzz.accesses.attribution import place
from fuzz.accesses.constraints import Constraints, Look, values_of
from fuzz.accesses.narrowing import Narrowing
from fuzz.accesses.segments import Segment
from fuzz.accesses.snapshots import empties_tables, locks_tables, newest
from fuzz.accesses.versions import Chain, answered, rows_of
from fuzz.history import History, Step, Table
from fuzz.remembering import of_the_last


class World:
    """What the transactions of a history have in common.

    Args:
        history: whose.
        transactions: its steps, cut into transactions.

    Attributes:
        history: as given.
        placed: the writes of each step.
        rows: the states of all rows that were written.
        constraints: of the tables.
        namesakes: a table's name without its schema -> the tables of that name in other schemas than `public`.
        truncates: whether a table was emptied, for all snapshots at once (PostgreSQL manual, 13.6).
    """

    def __init__(self, history: History, transactions: Sequence[Segment]) -> None:
        self.history = history
        self.placed = place(history)
        self.rows = rows_of(history, self.placed)
        self.constraints = Constraints(history)
        self.namesakes = _namesakes(history.tables)
        unusual = [
            (segment.session, step.number, statement)
            for segment in transactions
            for step, statement in zip(segment.steps, segment.statements, strict=True)
            if locks_tables(statement)
        ]
        self.truncates = any(empties_tables(statement) for _, _, statement in unusual)
        self._locks = [(session, number) for session, number, _ in unusual]
        self._visible = [answered(history, commit) for commit in history.commits]
        self._narrowings: dict[str, Narrowing] = {}
        self._sought: dict[tuple[str, tuple[str, ...]], Mapping[tuple[Any, ...], Sequence[Chain]]] = {}

    def held_up(self, step: Step) -> bool:
        """Whether a step may have waited for a table, and not for a row."""
        return any(session != step.session and number <= step.settled for session, number in self._locks)

    def commits_between(self, first: Step, last: Step) -> int:
        """How many transactions that wrote something committed between two steps, both among them."""
        return bisect_left(self._visible, newest(last)) - bisect_left(self._visible, first.number)

    def narrowing(self, table: str) -> Narrowing:
        """What chooses among the written rows of a table."""
        if table not in self._narrowings:
            self._narrowings[table] = Narrowing(self.rows.tables[table])
        return self._narrowings[table]

    def sought(self, look: Look) -> Iterable[Chain]:
        """The rows that have ever been what a constraint looks for."""
        if look.table not in self.rows.tables:
            return ()
        key = (look.table, look.columns)
        if key not in self._sought:
            self._sought[key] = _by_values(self.rows.tables[look.table], look.columns)
        return self._sought[key].get(look.values, ())


@of_the_last
def _namesakes(tables: Mapping[str, Table]) -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in tables:
        if "." in name:
            found[name.rpartition(".")[2]].append(name)
    return found


def _by_values(chains: Iterable[Chain], columns: Sequence[str]) -> Mapping[tuple[Any, ...], Sequence[Chain]]:
    found: defaultdict[tuple[Any, ...], list[Chain]] = defaultdict(list)
    for chain in chains:
        for values in {values_of(state.row, columns) for state in chain.states if state.row is not None}:
            found[values].append(chain)
    return found
