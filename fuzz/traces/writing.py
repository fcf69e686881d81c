"""Which rows a statement writes or locks, those among them that constraints lead to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from fuzz.accesses.attribution import rows_written
from fuzz.accesses.constraints import Constraints, Look
from fuzz.history import ROWS_KEPT, History, Reference, Step, Table, Write
from fuzz.remembering import of_the_last
from fuzz.statements import Statement
from fuzz.statements.alike import Class, class_of
from fuzz.statements.facts import Given
from fuzz.traces.drawing import Drawing
from fuzz.traces.effect import NONE, Claims, Tables, all_of
from fuzz.traces.reach import ANYTHING, NULL, Box, Boxes, Reach, anywhere, box_of, few, union

INDEX = "(index)"
"""The column of what is unique that tells in which index it is."""


class Writing:
    """What the statements of a history write.

    Args:
        history: whose.
        placed: a step's number -> what it has written, as far as that was committed.

    Attributes:
        drawing: the sequences that numbers are drawn from.
    """

    def __init__(self, history: History, placed: Mapping[int, Sequence[Write]]) -> None:
        self._tables = history.tables
        self._placed = placed
        self._constraints = Constraints(history)
        self.drawing = Drawing(history, placed)
        self._commits = {commit.step: commit.writes for commit in history.commits}
        self._below = _below_each(history.tables)
        self._watched = _watched_in_each(history.tables)

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
        each = [
            self._unplaced(name, verbs, step, statement, chosen.get(name, ANYTHING))
            for name, verbs in statement.writes.items()
        ]
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
            near = (self._below[name] | _above(self._tables[name]) for name in deferring)
            return Claims(anywhere(frozenset(deferring).union(*near)), keys=anywhere(deferring))
        return self._constrained(self._commits.get(commit.number, ())) if deferring else Claims()

    def _constrained(self, writes: Sequence[Write]) -> Claims:
        """What constraints have to do with when rows are written."""
        constraints = self._constraints
        return Claims(
            shares=self._of(constraints.parents(writes)),
            keys=union({look.table: _in(index, _boxes(look))} for index, look in constraints.keys(writes)),
            seeks=self._of(constraints.children(writes)),
        )

    def _unplaced(self, name: str, verbs: frozenset[str], step: Step, statement: Statement, chosen: Boxes) -> Claims:
        """What a statement may claim in a table beyond the rows that it chose, where what it wrote is not known."""
        if verbs == {"INSERT"} and name in statement.gives:
            return self._given(self._tables[name], statement.gives[name], step)
        above = anywhere(_above(self._tables[name]))
        cascading = self._cascading(name, verbs, statement)
        if not verbs <= {"UPDATE", "DELETE"}:
            return Claims(anywhere({name, *cascading}), above, anywhere([name]))
        if rows_written(step) == 0:
            return Claims()
        if "UPDATE" not in verbs or self._leaves_constraints_alone(name, verbs, statement):
            return Claims(anywhere(cascading), keys={name: _keys(self._tables[name], chosen)})
        return Claims(anywhere({name, *cascading}), above, anywhere([name]))

    def _given(self, table: Table, rows: Iterable[Given], step: Step) -> Claims:
        """What an INSERT claims with the rows that it gives."""
        returned = _returned(table, step)
        given = ({column: each.value(step.parameters) for column, each in row if each is not None} for row in rows)
        boxes = tuple({**returned, **box_of(row, table.incomparable)} for row in given)
        parents = (
            {reference.table: _elsewhere(box, reference, self._tables[reference.table].incomparable)}
            for box in boxes
            for reference in table.references
        )
        return Claims({table.name: few(boxes)}, union(parents), {table.name: _keys(table, boxes)})

    def _cascading(self, name: str, verbs: frozenset[str], statement: Statement) -> Tables:
        """The tables that a statement may write through foreign keys to one that it names."""
        alone = verbs == {"INSERT"} or self._leaves_constraints_alone(name, verbs, statement)
        return NONE if alone else self._below[name]

    def _leaves_constraints_alone(self, name: str, verbs: frozenset[str], statement: Statement) -> bool:
        """Whether a statement only updates columns that no constraint is about."""
        return verbs == {"UPDATE"} and statement.assigns.isdisjoint(self._watched[name])

    def _images(self, writes: Iterable[Write]) -> Reach:
        return union(
            {write.table: (box_of(row, self._tables[write.table].incomparable),)}
            for write in writes
            for row in (write.before, write.after)
            if row is not None
        )

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


def _returned(table: Table, step: Step) -> Box:
    """What a result tells of the rows that were put into a table, each of which may be any of them."""
    places = {
        column.origin: place
        for place, column in enumerate(step.columns)
        if column.table == table.name and column.origin is not None and column.origin not in table.incomparable
    }
    values = {column: {row[place] for row in step.rows} for column, place in places.items()}
    classes = {
        column: [NULL if value is None else class_of(value) for value in each] for column, each in values.items()
    }
    whole = step.failure is None and 0 < len(step.rows) < ROWS_KEPT
    known = {column: frozenset(each for each in found if each is not None) for column, found in classes.items()}
    return {column: each for column, each in known.items() if len(each) == len(values[column])} if whole else {}


def _in(index: Sequence[str], boxes: Boxes) -> Boxes:
    """Boxes of values in an index, which nothing in another one meets: the index counts as one more column."""
    return tuple({**box, INDEX: frozenset({("index", tuple(index))})} for box in boxes)


def _keys(table: Table, boxes: Boxes) -> Boxes:
    """What some rows have in the indexes of a table that are unique; NULL equals nothing there."""
    return few(tuple(each for box in boxes for index in table.indexed for each in _in(index, _only(box, index))))


def _only(box: Box, columns: Sequence[str]) -> Boxes:
    """What is known of some columns in a box; none, if one of them is NULL."""
    known = {column: box[column] for column in columns if column in box}
    return () if frozenset({NULL}) in known.values() else (known,)


def _elsewhere(box: Box, reference: Reference, incomparable: Collection[str]) -> Boxes:
    """The rows that those of a box point to."""
    names = dict(zip(reference.columns, reference.keys, strict=True))
    return tuple(
        {names[column]: known[column] for column in known if names[column] not in incomparable}
        for known in _only(box, reference.columns)
    )


def _above(table: Table) -> Tables:
    return frozenset(reference.table for reference in table.references)


@of_the_last
def _watched_in_each(tables: Mapping[str, Table]) -> Mapping[str, frozenset[str]]:
    """The columns of each table that a constraint is about."""
    pointed_at = [(each.table, each.keys) for child in tables.values() for each in child.references]
    return {
        name: frozenset(table.key).union(
            *table.unique,
            *(reference.columns for reference in table.references),
            *(keys for parent, keys in pointed_at if parent == name),
        )
        for name, table in tables.items()
    }


@of_the_last
def _below_each(tables: Mapping[str, Table]) -> Mapping[str, Tables]:
    return {name: _below(tables, name) for name in tables}


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
