"""The effects of a history's steps, by their statements and by what was committed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from fuzz.accesses.attribution import is_opaque, place
from fuzz.accesses.segments import Segment, segments
from fuzz.history import History, Step
from fuzz.statements import Statement
from fuzz.traces.effect import NONE, Claims, Effect, Tables, all_of
from fuzz.traces.looking import looked_at
from fuzz.traces.reach import NOTHING, Reach, anywhere, union
from fuzz.traces.rows import Rows
from fuzz.traces.watching import watch
from fuzz.traces.writing import Writing

ADVISORY = "(advisory locks)"
MESSAGES = "(messages)"
STATES = "(committed states)"

_WHOLE = frozenset({"SHARE MODE", "SHARE ROW EXCLUSIVE MODE", "EXCLUSIVE MODE", "ACCESS EXCLUSIVE MODE"})
"""Locks of tables that writers of rows, at least, wait for."""

_SHARED = frozenset({"FOR SHARE", "FOR KEY SHARE"})
"""Locks of rows that two may have at a time."""


def effects_of(history: History) -> Mapping[int, Effect]:
    """The effect of each step, by the step's number."""
    transactions = segments(history)
    reader = Reader(history, Writing(history, place(history)), Rows(history))
    effects = {number: effect for segment in transactions for number, effect in reader.effects(segment)}
    return {**effects, **dict(watch(history, transactions, effects))}


@dataclass(frozen=True)  # without slots: what is put together is kept
class Touched:
    """What a statement does, whatever came before it in its transaction: as in `Effect`."""

    reads: Reach
    claims: Claims
    excludes: Tables
    draws: Tables
    writes: Tables

    @cached_property
    def all(self) -> Reach:
        """All rows that it may have to do with."""
        return union((self.reads, self.claims.all))


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the effects of a history's steps.

    Attributes:
        history: whose.
        writing: what its statements write.
        rows: what was committed of the rows that its statements name.
    """

    history: History
    writing: Writing
    rows: Rows

    def effects(self, segment: Segment) -> Iterator[tuple[int, Effect]]:
        """Those of a transaction's steps."""
        pairs = list(zip(segment.steps, segment.statements, strict=True))
        touched = [self.touched(step, statement) for step, statement in pairs]
        snapshot = next((step for step, statement in pairs if statement.takes_snapshot), None)
        for number, (step, statement) in enumerate(pairs, 1):
            takes = step is snapshot and segment.level != "rc"
            own = touched[number - 1]
            ends = step is segment.last and segment.has_ended
            at_the_end = self._at_the_end(segment) if ends else Claims()
            undoes = step.failure is not None or statement.verb in {"ROLLBACK", "ROLLBACK TO"}
            lets_go = ends or undoes
            yield (
                step.number,
                Effect(
                    sees=union(one.all for one in touched)
                    if takes
                    else own.reads
                    if segment.level == "rc"
                    else NOTHING,
                    reads=frozenset(own.reads),
                    claims=all_of((own.claims, at_the_end)) if ends else own.claims,
                    excludes=_tables(one.excludes for one in touched) if ends else own.excludes,
                    draws=own.draws,
                    shows=self.writing.shown(step) if ends and step.failure is None else NOTHING,
                    frees=all_of(one.claims for one in touched[:number]) if lets_go else Claims(),
                    leaves=_tables(one.all for one in touched[:number]) if lets_go else NONE,
                    undoes=_tables(one.claims.tables for one in touched[:number]) if undoes else NONE,
                    writes=own.writes.union(at_the_end.keys, self.writing.tables(step)),
                    ends=ends,
                    commits=ends and statement.verb != "ROLLBACK",
                    takes_snapshot=takes,
                ),
            )

    def touched(self, step: Step, statement: Statement) -> Touched:
        """What a statement does by itself."""
        tables = self.history.tables
        if is_opaque(statement, self.history) or any(tables[name].has_triggers for name in statement.writes):
            claims = Claims(anywhere(tables), keys=anywhere(tables))
            return Touched(anywhere(tables), claims, NONE, self.writing.drawing.all, frozenset(tables))
        reads = self.rows.all_of(looked_at(step, statement, tables), step)
        claims = self.writing.claims(step, statement, reads)
        claims = replace(claims, shares=self.rows.all_of(claims.shares, step))
        asked = {name: reads.get(name, anywhere([name])[name]) for name in statement.locks}
        shared = {name for name, lock in statement.locks.items() if lock in _SHARED}
        whole = {name for name, lock in statement.locks.items() if lock in _WHOLE}
        emptied = {name for name, verbs in statement.writes.items() if "TRUNCATE" in verbs}
        locks = {name: boxes for name, boxes in asked.items() if name not in shared}
        asked_for = Claims(union((locks, anywhere(_shared(statement)))), {name: asked[name] for name in shared})
        return Touched(
            reads,
            all_of((claims, asked_for)),
            frozenset(whole | emptied),
            self.writing.drawing.of(step, statement),
            self.writing.may_write(step, statement),
        )

    def _at_the_end(self, segment: Segment) -> Claims:
        """Where the end of a transaction looks, and writes; what it commits is a state that invariants are asked of."""
        if segment.statements[-1].verb == "ROLLBACK":
            return Claims()
        written = _tables(self.writing.tables(step) for step in segment.steps)
        named = _tables(statement.writes for statement in segment.statements) & self.history.tables.keys()
        asked = anywhere([STATES]) if written and self.history.invariants else NOTHING
        return all_of((self.writing.checked_at_last(segment.last, written | named), Claims(asked)))


def _tables(each: Iterable[Iterable[str]]) -> Tables:
    return frozenset(table for one in each for table in one)


def _shared(statement: Statement) -> Tables:
    """What else sessions share that a statement uses."""
    functions = {name.rpartition(".")[2] for name in statement.functions}
    uses = {
        ADVISORY: any("advisory" in function for function in functions),
        MESSAGES: statement.verb in {"LISTEN", "NOTIFY", "UNLISTEN"} or "pg_notify" in functions,
    }
    return frozenset(name for name, used in uses.items() if used)
