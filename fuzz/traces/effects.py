"""The effects of a history's steps, by their statements and by what was committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fuzz.accesses.attribution import is_opaque, place
from fuzz.accesses.segments import Segment, segments
from fuzz.history import History, Table
from fuzz.statements import Statement
from fuzz.traces.effect import NONE, Effect, Tables

ADVISORY = "(advisory locks)"
NUMBERS = "(sequences)"
MESSAGES = "(messages)"

_WHOLE = frozenset({"SHARE MODE", "SHARE ROW EXCLUSIVE MODE", "EXCLUSIVE MODE", "ACCESS EXCLUSIVE MODE"})
"""Locks of tables that writers of rows, at least, wait for."""


def effects_of(history: History) -> Mapping[int, Effect]:
    """The effect of each step, by the step's number."""
    transactions = segments(history)
    placed = place(history, transactions)
    written = {number: frozenset(write.table for write in writes) for number, writes in placed.items()}
    reader = _Reader(history, written, {name: _below(history.tables, name) for name in history.tables})
    return {number: effect for segment in transactions for number, effect in reader.effects(segment)}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the effects of a history's steps.

    Attributes:
        history: whose.
        written: a step's number -> the tables in which it has written, as far as that was committed.
        below: a table -> those that point to it, and those that point to them: a DELETE may cascade.
    """

    history: History
    written: Mapping[int, Tables]
    below: Mapping[str, Tables]

    def effects(self, segment: Segment) -> Iterator[tuple[int, Effect]]:
        """Those of a transaction's steps."""
        changed = locked = touched = whole = NONE
        has_snapshot = False
        for step, statement in zip(segment.steps, segment.statements, strict=True):
            reads, locks, excludes = self._tables(statement)
            own = self.written.get(step.number, NONE)
            changed, locked, whole = changed | own, locked | locks | own, whole | excludes
            touched |= reads | locked
            ends = step is segment.last and segment.has_ended
            lets_go = ends or step.failure is not None or statement.verb == "ROLLBACK TO"
            takes = statement.takes_snapshot and not has_snapshot and segment.level != "rc"
            has_snapshot = has_snapshot or statement.takes_snapshot
            yield (
                step.number,
                Effect(
                    sees=frozenset(self.history.tables) if takes else reads if segment.level == "rc" else NONE,
                    reads=reads,
                    locks=locks | own | (self._checked_at_last(changed) if ends else NONE),
                    excludes=whole if ends else excludes,
                    shows=changed if ends and step.failure is None else NONE,
                    frees=locked if lets_go else NONE,
                    leaves=touched if lets_go else NONE,
                    ends=ends,
                    takes_snapshot=takes,
                    serializable=segment.level == "ser",
                ),
            )

    def _tables(self, statement: Statement) -> tuple[Tables, Tables, Tables]:
        """The tables that a statement reads, those that it writes or locks rows in, those that it locks as a whole."""
        tables = self.history.tables
        if is_opaque(statement, self.history) or any(tables[name].has_triggers for name in statement.writes):
            return frozenset(tables), frozenset(tables), NONE
        whole = {name for name, lock in statement.locks.items() if lock in _WHOLE}
        whole |= {name for name, verbs in statement.writes.items() if "TRUNCATE" in verbs}
        locks = {*statement.writes, *statement.locks, *_shared(statement)}
        for name, verbs in statement.writes.items():
            locks |= NONE if verbs <= {"DELETE", "TRUNCATE"} else _above(tables[name])
            locks |= NONE if verbs <= {"INSERT"} else self.below[name]
        return statement.reads, frozenset(locks), frozenset(whole)

    def _checked_at_last(self, changed: Tables) -> Tables:
        """Where a COMMIT looks and writes, if constraints or triggers of the changed tables are deferred."""
        tables = self.history.tables
        if any(tables[name].has_triggers for name in changed):
            return frozenset(tables)
        deferring = [name for name in changed if tables[name].defers]
        return frozenset(deferring).union(*(self.below[name] | _above(tables[name]) for name in deferring))


def _above(table: Table) -> Tables:
    return frozenset(reference.table for reference in table.references)


def _below(tables: Mapping[str, Table], name: str) -> Tables:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        parent = waiting.pop()
        more = {table.name for table in tables.values() if parent in _above(table)} - found
        found |= more
        waiting += more
    return frozenset(found)


def _shared(statement: Statement) -> Tables:
    """What else sessions share that a statement uses."""
    functions = {name.rpartition(".")[2] for name in statement.functions}
    uses = {
        ADVISORY: any("advisory" in function for function in functions),
        NUMBERS: not functions.isdisjoint({"nextval", "setval"}),
        MESSAGES: statement.verb in {"LISTEN", "NOTIFY", "UNLISTEN"} or "pg_notify" in functions,
    }
    return frozenset(name for name, used in uses.items() if used)
