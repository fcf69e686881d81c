"""What a call touches when it runs alone, and so which calls meet: two that do not cannot race."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fuzz.history import CLOSING, History, Step, Table
from fuzz.traces import Effect, effects_of
from fuzz.traces.effect import all_of
from fuzz.traces.reach import Reach, meet, union
from fuzz.traces.writing import SEQUENCE

Row = tuple[str, tuple[str, ...]]
"""A row's table and primary key, as text."""


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
    """

    steps: int
    reads: frozenset[Row]
    writes: frozenset[Row]
    inserts: frozenset[str]
    effect: Effect = field(default_factory=Effect)
    looks: Reach = field(default_factory=dict)

    @property
    def touches(self) -> frozenset[Row]:
        """The rows that it read or wrote."""
        return self.reads | self.writes

    @property
    def only_reads(self) -> bool:
        """Whether it wrote nothing, and kept nobody from anything: two such calls do not meet."""
        return not (self.writes or self.effect.shows or self.effect.claims.tables)

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


def footprint_of(history: History) -> Footprint:
    """What the calls of a history touched."""
    writes = [write for commit in history.commits for write in commit.writes]
    effect = _together(effects_of(history).values())
    return Footprint(
        sum(step.call != CLOSING for step in history.steps),
        frozenset(row for step in history.steps for row in _read(step, history)),
        frozenset(
            (write.table, tuple(str(write.row[column]) for column in history.tables[write.table].key))
            for write in writes
            if history.tables[write.table].key
        ),
        frozenset(write.table for write in writes if write.before is None),
        effect,
        union((effect.sees, effect.claims.all)),
    )


def _together(effects: Iterable[Effect]) -> Effect:
    """What several steps do, whatever the order in which others do theirs; all draw numbers from sequences."""
    each = list(effects)
    claims = all_of(effect.claims for effect in each)
    locks = {table: boxes for table, boxes in claims.locks.items() if not table.startswith(SEQUENCE)}
    return Effect(
        sees=union(effect.sees for effect in each),
        claims=replace(claims, locks=locks),
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
