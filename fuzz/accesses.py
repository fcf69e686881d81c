"""What the transactions of a history read and wrote: which version of which row, at which step.

The scheduler is the only clock, so a snapshot is known to the step: what a statement sees is what had been committed
when it was sent (READ COMMITTED) or when its transaction's first statement was (above), and its transaction's own
writes. A statement that waited for a row's lock sees the row as it was when the lock came (PostgreSQL manual, 13.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fuzz.attribution import is_opaque, place
from fuzz.constraints import Look, looks
from fuzz.history import History, Step, Table, Write
from fuzz.segments import Segment, segments
from fuzz.statements import Statement, parse
from fuzz.transactions import Item, Read, Transaction, Transactions, Version
from fuzz.versions import Rows, State, rows_of, settled


def transactions_of(history: History) -> Transactions:
    """The transactions of a history, with the rows that they read and wrote.

    Only rows that somebody wrote and committed are in it: no dependency comes of any other.
    """
    found = list(segments(history))
    placed = place(history, found)
    rows = rows_of(history, placed)
    commits = {commit.step: number for number, commit in enumerate(history.commits)}
    numbers = {commits[each.last.number]: number for number, each in enumerate(found) if each.last.number in commits}
    readers = (
        _Reader(history, rows, placed.writes, segment, commits.get(segment.last.number, _NONE)) for segment in found
    )
    return Transactions(
        tuple(
            _transaction(number, segment, reader, rows)
            for number, (segment, reader) in enumerate(zip(found, readers, strict=True))
        ),
        {item: tuple(_version(state, numbers) for state in states) for item, states in rows.states.items()},
    )


_NONE = -2
"""The commit of a transaction that committed no write."""


def _version(state: State, numbers: Mapping[int, int]) -> Version:
    return Version(
        numbers.get(state.commit), state.step, "committed" if state.final else "intermediate", gone=state.row is None
    )


def _transaction(number: int, segment: Segment, reader: _Reader, rows: Rows) -> Transaction:
    last = segment.last
    tried = any(parse(step.sql).writes for step in segment.steps)
    return Transaction(
        number=number,
        session=segment.session,
        calls=tuple(dict.fromkeys(step.call for step in segment.steps)),
        first=segment.steps[0].number,
        last=last.number,
        ended=last.settled,
        # What only read has been told what it read, however it ended.
        committed=segment.has_ended and not (segment.has_failed and tried) and last.failure is None,
        reads=tuple(reader.reads()),
        writes=rows.written.get(reader.commit, {}),
    )


@dataclass(slots=True)
class _Reader:
    """Tells what the steps of one transaction read.

    Attributes:
        commit: its place among the history's commits.
    """

    history: History
    rows: Rows
    writes: Mapping[int, tuple[Write, ...]]
    segment: Segment
    commit: int
    _snapshot: int | None = field(default=None)

    def reads(self) -> Iterator[Read]:
        """The reads of all steps."""
        for step in self.segment.steps:
            statement = parse(step.sql)
            if statement.known and not statement.takes_snapshot:
                continue
            if self._snapshot is None or step.level == "rc":
                self._snapshot = step.number
            yield from self._reads(step, statement)

    def _reads(self, step: Step, statement: Statement) -> Iterator[Read]:
        if is_opaque(statement, self.history):
            yield from (self._maybe(step, item) for item in self.rows.states)
            return
        for table in sorted(statement.reads):
            if table in self.rows.tables:
                yield from self._of_table(step, statement, self.history.tables[table])
        for look in looks(step, statement, self.writes.get(step.number, ()), self.history):
            yield from self._implied(step, look)

    def _of_table(self, step: Step, statement: Statement, table: Table) -> Iterator[Read]:
        """What a statement read of one table: rows by themselves, and the condition that others did not meet."""
        condition = statement.conditions.get(table.name)
        told = keys_read(step, table)
        locks = table.name in statement.locks or table.name in statement.writes
        for item in self.rows.tables[table.name]:
            seen = self._seen(step, item, locks=locks)
            states = self.rows.states[item]

            def holds(state: State) -> bool | None:
                if state.row is None:
                    return False
                return None if condition is None else condition.holds(state.row, step.parameters)

            met = holds(states[seen])
            if told is not None and item in told:
                yield Read(step.number, item, seen, self._next(item, seen))
            elif met is not False:
                yield Read(step.number, item, seen, self._next(item, seen), certain=met is True and told is None)
            else:
                yield from self._condition(step, item, seen, [holds(state) for state in states])

    def _condition(self, step: Step, item: Item, seen: int, met: list[bool | None]) -> Iterator[Read]:
        """A row that did not meet a condition: what another version of it would have changed was read, too."""
        states = self.rows.states[item]
        later = (n for n in range(seen + 1, len(states)) if states[n].final and met[n] is not False)
        replaced = next(later, None)
        before = met[:seen]
        if replaced is None and all(each is False for each in before):
            return
        certain = met[replaced] is True if replaced is not None else before[-1] is True
        yield Read(step.number, item, seen, replaced, predicate=True, certain=certain)

    def _implied(self, step: Step, look: Look) -> Iterator[Read]:
        """What a constraint made PostgreSQL look at: rows with certain values in certain columns."""
        for item in self.rows.tables.get(look.table, ()):
            states = self.rows.states[item]
            met = [state.row is not None and look.matches(state.row) for state in states]
            if any(met):
                seen = self._seen(step, item, locks=True)
                yield Read(step.number, item, seen, self._next(item, seen), predicate=True, certain=False)

    def _maybe(self, step: Step, item: Item) -> Read:
        seen = self._seen(step, item, locks=False)
        return Read(step.number, item, seen, self._next(item, seen), certain=False)

    def _seen(self, step: Step, item: Item, *, locks: bool) -> int:
        """Which state of a row a step sees."""
        assert self._snapshot is not None
        until = step.settled + 1 if locks and step.level == "rc" else self._snapshot
        found = 0
        for number, state in enumerate(self.rows.states[item]):
            own = state.commit == self.commit and state.step < step.number
            if own or (state.final and state.commit != self.commit and state.visible < until):
                found = number
        return found

    def _next(self, item: Item, seen: int) -> int | None:
        states = self.rows.states[item]
        return next((number for number in range(seen + 1, len(states)) if states[number].final), None)


def keys_read(step: Step, table: Table) -> frozenset[Item] | None:
    """The rows of a table whose primary keys are in a step's result; None where the result does not tell keys."""
    places = {column.origin: place for place, column in enumerate(step.columns) if column.table == table.name}
    if not table.key or not set(table.key) <= set(places):
        return None
    keys = [places[column] for column in table.key]
    return frozenset(_items(step.rows, keys, table.name))


def _items(rows: Iterable[tuple[str | None, ...]], keys: list[int], table: str) -> Iterator[Item]:
    for row in rows:
        key = tuple(settled(value) for place in keys if (value := row[place]) is not None)
        if len(key) == len(keys):
            yield table, key
