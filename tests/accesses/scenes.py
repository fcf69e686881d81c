"""Small scripted cases of two sessions, and what their steps read and wrote, a line each.

A read: "2 parents 1: seed > B" is a look of step 2 at the seed's version of a row, which B replaced; "2 parents 1: B"
is one that saw B's version, which nobody replaced. Before the row stands "~" where only a condition was evaluated, and
"?" where it cannot be told whether the row was looked at.

A write: "3 parents 1"; "3 parents 1 gone" where the row was deleted; "(3) parents 1" where the same transaction wrote
the row again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fuzz.accesses import transactions_of
from fuzz.case import Call, Case
from fuzz.engine.stage import Stage
from fuzz.transactions import Item, Transactions, Version
from tests.targets_for_engine import case, sql

UPDATE_1 = "UPDATE parents SET value = 11 WHERE id = 1"
INSERT_9 = "INSERT INTO parents VALUES (9, 90)"

Program = Call | str | tuple[str, ...]
"""A call, or statements; a COMMIT comes after them, unless there is a ROLLBACK."""


@dataclass(frozen=True)
class Scene:
    """A case and what is expected of it.

    Attributes:
        schedule: the letters of sessions, as `tests.targets_for_engine.case` takes them.
        a: what session A does.
        b: what session B does.
        reads: what A reads, in order of steps and rows.
        writes: what A writes.
        level: the isolation level.
    """

    schedule: str
    a: Program
    b: Program
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    level: str = "rc"

    @property
    def case(self) -> Case:
        return case(self.schedule, self.level, A=_call(self.a), B=_call(self.b))


def _call(program: Program) -> Call:
    if isinstance(program, Call):
        return program
    statements = (program,) if isinstance(program, str) else program
    return sql(*statements, *([] if "rollback" in statements else ["commit"]))


def played(stage: Stage, scene: Scene) -> tuple[list[str], list[str]]:
    """What A read and wrote."""
    known = transactions_of(stage.run(scene.case))
    return reads(known, "A"), writes(known, "A")


def expected(scene: Scene) -> tuple[list[str], list[str]]:
    return list(scene.reads), list(scene.writes)


def reads(known: Transactions, session: str) -> list[str]:
    """What a session read in all its transactions; what was read twice alike, once."""
    found = {
        (
            read.step,
            _row(read.item),
            f"{read.step} {'' if read.certain else '?'}{'~' if read.predicate else ''}{_row(read.item)}: "
            + " > ".join(
                _writer(known, known.versions[read.item][place])
                for place in (read.version, read.replaced)
                if place is not None
            ),
        )
        for transaction in known.all
        if transaction.session == session
        for read in transaction.reads
    }
    return [line for *_, line in sorted(found)]


def writes(known: Transactions, session: str) -> list[str]:
    """What a session wrote and committed."""
    found = {
        (
            version.step,
            f"{f'({version.step})' if version.state == 'intermediate' else version.step} {_row(item)}"
            + (" gone" if version.gone else ""),
        )
        for item, versions in known.versions.items()
        for version in versions
        if version.writer is not None and known.all[version.writer].session == session
    }
    return [line for _, line in sorted(found)]


def _row(item: Item) -> str:
    table, key = item
    return f"{table} {','.join(key)}"


def _writer(known: Transactions, version: Version) -> str:
    return "seed" if version.writer is None else known.all[version.writer].session
