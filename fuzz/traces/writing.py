"""Which rows a statement writes or locks, those among them that constraints lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial

from fuzz.accesses.attribution import rows_written
from fuzz.accesses.constraints import Constraints, Look
from fuzz.history import History, Step, Table, Write
from fuzz.statements import Statement
from fuzz.statements.alike import Class, class_of
from fuzz.traces.effect import NONE, Claims, Tables, all_of
from fuzz.traces.reach import ANYTHING, Boxes, Reach, anywhere, box_of, union

SEQUENCE = "(sequence"
"""How the names of what sessions draw numbers from begin."""


class Writing:
    """What the statements of a history write.

    Args:
        history: whose.
        placed: a step's number -> what it has written, as far as that was committed.
    """

    def __init__(self, history: History, placed: Mapping[int, Sequence[Write]]) -> None:
        self._tables = history.tables
        self._placed = placed
        self._constraints = Constraints(history)
        self._ranges = history.minted.ranges
        self._commits = {commit.step: commit.writes for commit in history.commits}
        self._below = cache(partial(_below, history.tables))

    def tables(self, step: Step) -> Tables:
        """The tables in which a step has written, as far as that was committed."""
        return frozenset(write.table for write in self._placed.get(step.number, ()))

    def may_write(self, step: Step, statement: Statement) -> Tables:
        """The tables in which a step writes: exactly, as far as that was committed, else all in which it may."""
        if self.tables(step):
            return self.tables(step)
        if rows_written(step) == 0:
            return NONE
        others = (self._cascading(name, verbs, statement) for name, verbs in statement.writes.items())
        return frozenset(statement.writes).union(*others)

    def shown(self, step: Step) -> Reach:
        """The rows that a COMMIT shows to others: as they were, and as they are now."""
        return self._images(self._commits.get(step.number, ()))

    def claims(self, step: Step, statement: Statement, looked_at: Reach) -> Claims:
        """The rows that a statement writes, and those that constraints make it look at.

        Args:
            step: that sent it.
            statement: what it does.
            looked_at: the rows that its conditions choose.
        """
        chosen = {name: looked_at[name] for name in statement.writes if name in looked_at}
        writes = self._placed.get(step.number, ())
        if writes:  # and what it would have written before, or after, somebody's COMMIT
            return all_of((Claims(union((chosen, self._images(writes)))), self._constrained(writes)))
        each = [self._unplaced(name, verbs, step, statement) for name, verbs in statement.writes.items()]
        return all_of((Claims(chosen), *each))

    def checked_at_last(self, commit: Step, tables: Tables) -> Claims:
        """Where a COMMIT looks and writes, if constraints or triggers of the changed tables are deferred.

        Args:
            commit: the step that ends the transaction.
            tables: in which the transaction has written, or may have.
        """
        if any(self._tables[name].has_triggers for name in tables):
            return Claims(anywhere(self._tables), keys=anywhere(self._tables))
        deferring = [name for name in tables if self._tables[name].defers]
        if deferring and commit.failure is not None:
            near = (self._below(name) | _above(self._tables[name]) for name in deferring)
            return Claims(anywhere(frozenset(deferring).union(*near)), keys=anywhere(deferring))
        return self._constrained(self._commits.get(commit.number, ())) if deferring else Claims()

    def _constrained(self, writes: Sequence[Write]) -> Claims:
        """What constraints and sequences have to do with when rows are written."""
        constraints = self._constraints
        return Claims(
            self._drawn(writes),
            self._of(constraints.parents(writes)),
            self._of(constraints.keys(writes)),
            self._of(constraints.children(writes)),
        )

    def _unplaced(self, name: str, verbs: frozenset[str], step: Step, statement: Statement) -> Claims:
        """What a statement may claim in a table beyond the rows that it chose, where what it wrote is not known."""
        above = anywhere(_above(self._tables[name]))
        written = anywhere({name, *self._cascading(name, verbs, statement)})
        if not verbs <= {"UPDATE", "DELETE"}:
            return Claims(written, above, anywhere([name]))
        if rows_written(step) == 0 or self._leaves_constraints_alone(name, verbs, statement):
            return Claims()
        updates = "UPDATE" in verbs
        return Claims(written, above if updates else {}, anywhere([name] if updates else ()))

    def _cascading(self, name: str, verbs: frozenset[str], statement: Statement) -> Tables:
        """The tables that a statement may write through foreign keys to one that it names."""
        alone = verbs == {"INSERT"} or self._leaves_constraints_alone(name, verbs, statement)
        return NONE if alone else self._below(name)

    def _leaves_constraints_alone(self, name: str, verbs: frozenset[str], statement: Statement) -> bool:
        """Whether a statement only updates columns that no constraint is about."""
        return verbs == {"UPDATE"} and statement.assigns.isdisjoint(self._watched(name))

    def _watched(self, name: str) -> frozenset[str]:
        """The columns of a table that a constraint is about."""
        table = self._tables[name]
        pointed_at = (each.keys for child in self._tables.values() for each in child.references if each.table == name)
        own = (reference.columns for reference in table.references)
        return frozenset(table.key).union(*table.unique, *own, *pointed_at)

    def _images(self, writes: Iterable[Write]) -> Reach:
        return union(
            {write.table: (box_of(row, self._tables[write.table].incomparable),)}
            for write in writes
            for row in (write.before, write.after)
            if row is not None
        )

    def _drawn(self, writes: Iterable[Write]) -> Reach:
        """The sequences that numbers in new rows are from: who draws first gets the lower one."""
        new = [value for write in writes if write.before is None for value in write.row.values() if type(value) is int]
        drawn = [range_ for range_ in self._ranges if any(range_[0] <= value < range_[1] for value in new)]
        return anywhere(f"{SEQUENCE} from {low})" for low, _ in drawn)

    def _of(self, looks: Iterable[Look]) -> Reach:
        return union({look.table: _boxes(look)} for look in looks)


def _boxes(look: Look) -> Boxes:
    found: dict[str, frozenset[Class]] = {}
    for column, value in zip(look.columns, look.values, strict=True):
        if value is None:  # which equals nothing
            return ()
        known = class_of(value)
        if known is not None:
            found[column] = frozenset({known})
    return (found,) if found else ANYTHING


def _above(table: Table) -> Tables:
    return frozenset(reference.table for reference in table.references)


def _below(tables: Mapping[str, Table], name: str) -> Tables:
    """The tables that point to one, and those that point to them: a DELETE may cascade."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        parent = waiting.pop()
        more = {table.name for table in tables.values() if parent in _above(table)} - found
        found |= more
        waiting += more
    return frozenset(found)
