"""What a call touches when it runs alone, and so which calls meet: two that do not cannot race."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fuzz.accesses.segments import statement_of
from fuzz.history import CLOSING, History, Step, Table
from fuzz.statements import Statement
from fuzz.statements.alike import Class
from fuzz.traces import Effect, effects_of
from fuzz.traces.effect import Claims, all_of
from fuzz.traces.reach import Reach, boxes_of, meet, union
from fuzz.traces.rows import Key, key_of

Row = tuple[str, tuple[str, ...]]
"""A row's table and primary key, as text."""


APART = 10**18
"""Between the numbers of two runs, as if each sequence had begun so much later: farther than any gets."""


Keyed = tuple[str, Key]
"""A row's table and the classes of its primary key."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement that a call sent.

    Attributes:
        sql: its text.
        claims: what it kept others from.
        looks: the rows that it had to do with in any way.
        writes: the rows that it changed, as they were and as it left them.
        transaction: how many transactions of the call had ended before.
        deletes: whether it was to delete rows.
        swaps: whether it was to change rows only if they are as they were known, by a column that it sets.
    """

    sql: str
    claims: Claims
    looks: Reach
    writes: Reach
    transaction: int
    deletes: bool
    swaps: bool = False


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a call touched.

    Attributes:
        steps: how many steps it took, its session's end not counted.
        reads: the rows that it read.
        writes: the rows that it wrote and committed.
        inserts: the tables that it put new rows into, which a unique constraint may let meet.
        effect: what all its steps did together, those rows among it that no result tells: what a condition may be
            about, what a foreign key points to.
        looks: the rows of that which it had to do with before it ended.
        sent: its statements, without the ends of its transactions.
        order: the rows that it wrote or locked and that are known by their keys, in the order in which it did so first.
    """

    steps: int
    reads: frozenset[Row]
    writes: frozenset[Row]
    inserts: frozenset[str]
    effect: Effect = field(default_factory=Effect)
    looks: Reach = field(default_factory=dict)
    sent: tuple[Sent, ...] = ()
    order: tuple[Keyed, ...] = ()

    @property
    def touches(self) -> frozenset[Row]:
        """The rows that it read or wrote."""
        return self.reads | self.writes

    @property
    def only_reads(self) -> bool:
        """Whether it wrote nothing, and kept nobody from anything: two such calls do not meet."""
        return not (self.writes or self.effect.shows or self.effect.claims.tables)

    @property
    def swaps(self) -> bool:
        """Whether each of its transactions that writes has a compare-and-swap: of two of it, one will be refused."""
        writing = {each.transaction for each in self.sent if each.writes}
        return writing == {each.transaction for each in self.sent if each.swaps}

    def meets(self, other: Footprint) -> bool:
        """Whether one wrote what the other touched, or may have touched."""
        return not (self.only_reads and other.only_reads) and bool(
            self.writes & other.touches
            or self.reads & other.writes
            or self.inserts & other.inserts
            or self.effect.claims.exclude(other.effect.claims)
            or any(True for _ in self.tables_met(other))
        )

    def tables_met(self, other: Footprint) -> Iterator[str]:
        """The tables in which one may have written, or kept others from, rows that the other had to do with."""
        for one, two in ((self, other), (other, self)):
            shown = one.effect.shows
            for table in sorted(shown.keys() & two.looks.keys()):
                if meet({table: shown[table]}, {table: two.looks[table]}):
                    yield table


def footprint_of(history: History, number: int = 0) -> Footprint:
    """What the calls of a history touched.

    Args:
        history: of calls that ran alone.
        number: tells it from other histories, in which sequences gave out the same numbers: beside each other, the
            calls would get different ones.
    """
    made = _Made(history, number)
    writes = [write for commit in history.commits for write in commit.writes]
    effects = {place: effect.renamed(made.value) for place, effect in effects_of(history).items()}
    effect = _together(effects.values())
    sent = tuple(_sent(history.steps, effects))
    return Footprint(
        sum(step.call != CLOSING for step in history.steps),
        frozenset((name, made.key(key)) for step in history.steps for name, key in _read(step, history)),
        frozenset(
            (write.table, made.key([str(write.row[column]) for column in history.tables[write.table].key]))
            for write in writes
            if history.tables[write.table].key
        ),
        frozenset(write.table for write in writes if write.before is None),
        effect,
        union((effect.sees, effect.claims.all)),
        sent,
        tuple(dict.fromkeys(keyed for each in sent for keyed in _keyed(each.claims.locks, history.tables))),
    )


class _Made:
    """Gives the numbers that sequences gave out in one run values of their own."""

    def __init__(self, history: History, number: int) -> None:
        self._ranges = history.minted.ranges
        self._offset = number * APART

    def value(self, given: Class) -> Class:
        """A value's class."""
        kind, value = given
        return (kind, value + self._offset) if type(value) is int and self._is_made(value) else given

    def key(self, given: Sequence[str]) -> tuple[str, ...]:
        """A primary key, as text."""
        return tuple(
            str(int(value) + self._offset) if value.isdecimal() and self._is_made(int(value)) else value
            for value in given
        )

    def _is_made(self, value: int) -> bool:
        return any(low <= value < high for low, high in self._ranges)


def _sent(steps: Iterable[Step], effects: Mapping[int, Effect]) -> Iterator[Sent]:
    transaction = 0
    for step in steps:
        effect = effects[step.number]
        if effect.ends:
            transaction += 1
        else:
            claims, statement = effect.claims, statement_of(step)
            verbs = statement.writes.values()
            deletes = any("DELETE" in each for each in verbs)
            looks = union((effect.sees, claims.all))
            writes = claims.locks if verbs else {}
            yield Sent(step.sql, claims, looks, writes, transaction, deletes, _swaps(step, statement))


def _swaps(step: Step, statement: Statement) -> bool:
    """Whether a statement sets a column of rows that it chooses by what the column was."""
    asked = (
        boxes_of(statement.conditions[name], step.parameters) for name in statement.writes.keys() & statement.reads
    )
    return any(not statement.assigns.isdisjoint(box) for boxes in asked for box in boxes)


def _keyed(reach: Reach, tables: Mapping[str, Table]) -> Iterator[Keyed]:
    for name, boxes in reach.items():
        for box in boxes:
            if name in tables and (key := key_of(box, tables[name])) is not None:
                yield name, key


def _together(effects: Iterable[Effect]) -> Effect:
    """What several steps do, whatever the order in which others do theirs."""
    each = list(effects)
    return Effect(
        sees=union(effect.sees for effect in each),
        claims=all_of(effect.claims for effect in each),
        shows=union(effect.shows for effect in each),
    )


def _read(step: Step, history: History) -> Iterator[Row]:
    """The rows whose primary key is in a step's result."""
    for name in {column.table for column in step.columns if column.table is not None}:
        places = _key_places(step, history.tables[name])
        if places is None:
            continue
        for row in step.rows:
            key = tuple(value for place in places if (value := row[place]) is not None)
            if len(key) == len(places):
                yield name, key


def _key_places(step: Step, table: Table) -> list[int] | None:
    """Where a table's primary key stands in a step's result; None where it does not."""
    places = {column.origin: place for place, column in enumerate(step.columns) if column.table == table.name}
    return [places[column] for column in table.key] if table.key and set(table.key) <= set(places) else None
