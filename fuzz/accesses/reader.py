"""What one transaction read, step by step.

The scheduler is the only clock, so a snapshot is known to the step: what a statement sees is what had been committed
when it was sent (READ COMMITTED) or when its transaction's first statement was (above), and its transaction's own
writes. A statement that waited for a row looks at the newest version of that row when the lock comes, but only if the
version in its snapshot met the condition (PostgreSQL manual, 13.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from fuzz.accesses.attribution import is_opaque, rows_written
from fuzz.accesses.constraints import Look
from fuzz.accesses.questions import is_met, is_there
from fuzz.accesses.scan import Scan
from fuzz.accesses.segments import Segment, was_refused
from fuzz.accesses.sight import Sight
from fuzz.accesses.snapshots import first_snapshots, newest, snapshots
from fuzz.accesses.versions import Chain, settled
from fuzz.accesses.world import World
from fuzz.history import Step, Table
from fuzz.statements import Statement
from fuzz.transactions import Item, Read

_CHANGES = frozenset({"UPDATE", "DELETE"})


class Reader:
    """Tells what the steps of one transaction read.

    Args:
        world: the rows that were written, by whomever.
        segment: the transaction's steps.
        commit: its place among the history's commits; None for one that committed no write.

    Attributes:
        own: the rows that it has written and committed, each with the place of the last state it made.
    """

    def __init__(self, world: World, segment: Segment, commit: int | None) -> None:
        self.own: Mapping[Item, int] = {} if commit is None else world.rows.written.get(commit, {})
        self._world = world
        self._segment = segment
        self._commit = commit
        self._sight = Sight(commit, self.own)
        self._first: tuple[int, ...] = ()
        self._looked: dict[tuple[Look, Item], Read] = {}

    def reads(self) -> Iterator[Read]:
        """The reads of all steps."""
        for step, statement in zip(self._segment.steps, self._segment.statements, strict=True):
            if statement.takes_snapshot or not statement.known:
                self._first = self._first or first_snapshots(step, self._segment.level)
                yield from self._overwritten(step)
                yield from self._of_statement(step, statement)
            elif statement.verb == "COMMIT":
                yield from self._overwritten(step)
                yield from self._of_commit(step)

    def _overwritten(self, step: Step) -> Iterator[Read]:
        """Whoever changes or deletes a row has looked at it, by whatever condition."""
        for item, place in self._world.rows.overwritten.get(step.number, {}).items():
            yield self._sight.row(step, self._world.rows.chains[item], place, certain=True)

    def _of_statement(self, step: Step, statement: Statement) -> Iterator[Read]:
        if is_opaque(statement, self._world.history):
            yield from self._of_anything(step, statement)
            return
        for name in statement.reads:
            if name in self._world.rows.tables:
                yield from self._of_table(step, statement, name, name)
            for namesake in self._world.namesakes.get(name, ()):  # a search path may have led there
                if namesake in self._world.rows.tables:
                    yield from self._of_table(step, statement, name, namesake)
        if statement.writes:
            yield from self._of_constraints(step, statement)

    def _of_anything(self, step: Step, statement: Statement) -> Iterator[Read]:
        """What a statement may have read that may read anything."""
        reads_only = statement.verb == "SELECT" and not self._world.history.routines
        until = self._snapshots(step, statement)
        if not reads_only:  # a function's own statements have snapshots of their own, and wait after they were taken
            until += (step.number, newest(step)) if self._segment.level == "rc" else (newest(step),)
        for chain in self._world.rows.chains.values():
            yield from self._perhaps(step, chain, until)

    def _of_table(self, step: Step, statement: Statement, name: str, table_name: str) -> Iterator[Read]:
        """What a statement read of a table, which has the name that it calls it by unless a search path led there."""
        condition = statement.conditions.get(name)
        overwritten = self._world.rows.overwritten.get(step.number, {})
        follows = self._follows(step, statement, name)
        chains = self._world.narrowing(table_name)(condition, step.parameters)
        if not follows:
            chains = [chain for chain in chains if chain.item not in overwritten]
        if not chains or self._tells_conflicts(step, statement, name):
            return
        until = self._snapshots(step, statement)
        if "INSERT" in statement.writes.get(name, ()):  # ON CONFLICT finds what no snapshot shows
            until += (newest(step),)
        table = self._world.history.tables[table_name]
        scan = Scan(
            sight=self._sight,
            step=step,
            question=is_met(condition, step.parameters),
            told=keys_read(step, table),
            overwritten=overwritten.keys(),
            until=until,
            follows=follows,
            twice=follows and _times_named(step.sql, name) > 1,
            keyed=bool(table.key),
            certain=name == table_name and step.failure is None,
        )
        yield from scan.reads(chains)

    def _follows(self, step: Step, statement: Statement, name: str) -> bool:
        """Whether a statement may have gone from rows in its snapshot to newer versions of them."""
        if step.settled == step.number or self._segment.level != "rc":
            return False
        return name in statement.locks or not _CHANGES.isdisjoint(statement.writes.get(name, ()))

    def _tells_conflicts(self, step: Step, statement: Statement, name: str) -> bool:
        """Whether an INSERT has written all rows that it was given, so that what it ran into is what it overwrote."""
        verbs = statement.writes.get(name, ())
        writes_all = "INSERT" in verbs and "UPDATE" in verbs and "WHERE" not in statement.shape
        return writes_all and step.number in self._world.placed and _times_named(step.sql, name) == 1

    def _of_constraints(self, step: Step, statement: Statement) -> Iterator[Read]:
        """What constraints and triggers made a statement look at that writes."""
        tables, writes = self._world.history.tables, self._world.placed.get(step.number, ())
        until = (newest(step),) if _met_another(step) else (*self._snapshots(step, statement), newest(step))
        if any(tables[name].has_triggers for name in (*statement.writes, *(write.table for write in writes))):
            yield from self._of_any_row(step, tables, until)
        elif writes:
            for look in self._world.constraints.looks(writes):
                yield from self._of_look(step, look, until)
        elif rows_written(step) != 0 and not was_refused(step):
            yield from self._of_any_row(step, self._world.constraints.near(statement.writes), until)

    def _of_commit(self, step: Step) -> Iterator[Read]:
        """What constraints and triggers made a COMMIT look at that were deferred until then."""
        tables, until = self._world.history.tables, (newest(step),)
        written = {name for statement in self._segment.statements for name in statement.writes if name in tables}
        if was_refused(step):
            return
        if step.failure is not None:
            yield from self._of_any_row(step, self._world.constraints.near(written), until)
        elif self._commit is not None:
            writes = self._world.history.commits[self._commit].writes
            if any(tables[name].has_triggers for name in written.union(write.table for write in writes)):
                yield from self._of_any_row(step, tables, until)
            elif step.number in self._world.placed or self._world.commits_between(self._segment.steps[0], step) > 1:
                for look in self._world.constraints.looks(writes):
                    yield from self._of_look(step, look, until)

    def _of_any_row(self, step: Step, tables: Iterable[str], until: tuple[int, ...]) -> Iterator[Read]:
        """What may have been looked for in some tables, whatever it was."""
        for table in tables:
            for chain in self._world.rows.tables.get(table, ()):
                yield from self._perhaps(step, chain, until)

    def _perhaps(self, step: Step, chain: Chain, until: tuple[int, ...]) -> Iterator[Read]:
        """The states of a row that a step may have read; the one that it has overwritten is told already.

        That may be another: who waits for a row may have read what it was before.
        """
        overwritten = self._world.rows.overwritten.get(step.number, {}).get(chain.item)
        for place in self._sight.seen(step, chain, until):
            if place != overwritten:
                yield self._sight.row(step, chain, place, certain=False)

    def _of_look(self, step: Step, look: Look, until: tuple[int, ...]) -> Iterator[Read]:
        """What a constraint looked for; what has been told before, and is the same at a COMMIT, is not told again."""
        if not look.columns:
            yield from self._of_any_row(step, (look.table,), until)
            return
        question = is_there(look)
        for chain in self._world.sought(look):
            for place in self._sight.seen(step, chain, until):
                answer = question(chain.states[place])
                for read in self._sight.answer(step, chain, place, question, answer=answer, certain=False):
                    before = self._looked.get((look, chain.item))
                    if before is None or (before.version, before.replaced) != (read.version, read.replaced):
                        yield read
                    self._looked[look, chain.item] = read

    def _snapshots(self, step: Step, statement: Statement) -> tuple[int, ...]:
        """The steps before which what a statement sees may have been committed."""
        if self._segment.level == "rc":
            return snapshots(step, statement, self._world.held_up)
        return (*self._first, step.number) if self._world.truncates else self._first


def _met_another(step: Step) -> bool:
    """Whether a step failed because there is a row already, which it found whatever its snapshot is."""
    return step.failure is not None and step.failure.sqlstate in {"23505", "23P01"}


def keys_read(step: Step, table: Table) -> frozenset[Item] | None:
    """The rows of a table whose primary keys are in a step's result; None where the result does not tell all keys.

    A table that a statement reads under two names may have its key there twice.
    """
    size = len(table.key)
    if not size or not step.columns:
        return None
    keys = [
        (place, column.origin)
        for place, column in enumerate(step.columns)
        if column.table == table.name and column.origin in table.key
    ]
    groups = [{origin: place for place, origin in keys[start : start + size]} for start in range(0, len(keys), size)]
    if not groups or any(len(group) != size for group in groups):
        return None
    places = [[group[column] for column in table.key] for group in groups]
    return frozenset(_items(step.rows, places, table.name))


def _items(rows: Iterable[tuple[str | None, ...]], keys: Iterable[Iterable[int]], table: str) -> Iterator[Item]:
    for row in rows:
        for places in keys:
            key = [row[place] for place in places]
            if None not in key:
                yield table, tuple([settled(value) for value in key if value is not None])


@lru_cache(maxsize=1000)
def _times_named(sql: str, name: str) -> int:
    """How often a statement names a table, as far as its text shows; a name before a dot is a column's."""
    return len(re.findall(rf"\b{re.escape(name.rpartition('.')[2])}\b\"?(?!\s*\.)", sql, re.IGNORECASE))
