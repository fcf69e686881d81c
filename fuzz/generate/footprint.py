"""What a call touches when it runs alone, and so which calls meet: two that do not cannot race."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fuzz.history import CLOSING, History, Step, Table
from fuzz.traces import Effect, commute, effects_of
from fuzz.traces.effect import all_of
from fuzz.traces.reach import meet, union
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
    """

    steps: int
    reads: frozenset[Row]
    writes: frozenset[Row]
    inserts: frozenset[str]
    effect: Effect = field(default_factory=Effect)

    @property
    def touches(self) -> frozenset[Row]:
        """The rows that it read or wrote."""
        return self.reads | self.writes

    def meets(self, other: Footprint) -> bool:
        """Whether one wrote what the other touched, or may have touched."""
        return bool(
            self.writes & (other.reads | other.writes)
            or self.reads & other.writes
            or self.inserts & other.inserts
            or not commute(self.effect, other.effect)
        )

    def tables_met(self, other: Footprint) -> Iterator[str]:
        """The tables in which one may have written, or kept others from, rows that the other had to do with."""
        mine, yours = self.effect, other.effect
        for one, two in ((mine, yours), (yours, mine)):
            looked_at = union((two.sees, two.claims.locks, two.claims.shares, two.claims.keys))
            for table in sorted(one.shows.keys() & looked_at.keys()):
                if meet({table: one.shows[table]}, {table: looked_at[table]}):
                    yield table


def footprint_of(history: History) -> Footprint:
    """What the calls of a history touched."""
    writes = [write for commit in history.commits for write in commit.writes]
    return Footprint(
        sum(step.call != CLOSING for step in history.steps),
        frozenset(row for step in history.steps for row in _read(step, history)),
        frozenset(
            (write.table, tuple(str(write.row[column]) for column in history.tables[write.table].key))
            for write in writes
            if history.tables[write.table].key
        ),
        frozenset(write.table for write in writes if write.before is None),
        _together(effects_of(history).values()),
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
