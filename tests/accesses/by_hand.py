"""Histories made by hand, of two tables: parents with a unique name, and their children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from fuzz.case import Case
from fuzz.history import Column, Commit, Failure, History, Reference, Step, Table, Write

PARENTS = Table("parents", ("id",), ("id", "name", "value"), (("name",),))
CHILDREN = Table("children", ("id",), ("id", "parent", "label"), (), (Reference(("parent",), "parents", ("id",)),))
WATCHED = Table("watched", ("id",), ("id",), has_triggers=True)
LINES = Table("lines", (), ("word",))
TABLES = {table.name: table for table in (PARENTS, CHILDREN, WATCHED, LINES)}
COLUMNS = tuple(Column(name, "parents", name) for name in PARENTS.columns)


def step(
    number: int,
    sql: str,
    tag: str = "",
    *,
    session: str = "A",
    parameters: Any = None,
    state: str = "",
    ends: bool = False,
    rows: Sequence[tuple[str, ...]] = (),
    settled: int | None = None,
    level: str = "rc",
) -> Step:
    failure = Failure(("psycopg.errors.Error",), "", state, None) if state else None
    return Step(
        number,
        session,
        0,
        sql,
        parameters,
        "",
        tag,
        COLUMNS if rows else (),
        tuple(rows),
        (),
        settled or number,
        failure,
        level=level,
        ends=ends,
    )


def history(steps: Sequence[Step], *commits: Commit, routines: frozenset[str] = frozenset()) -> History:
    case = Case("x.py:X", "rc", {"A": (), "B": ()})
    return History(case, tuple(steps), (), commits, {}, TABLES, {}, routines=routines)


def parent(key: int, value: int, name: str | None = None) -> dict[str, Any]:
    return {"id": key, "name": name or f"name {key}", "value": value}


def changed(statement: int, key: int = 1, before: int | None = 0, after: int | None = 1) -> Write:
    """A change of a parent's value; None where it was not there."""
    old, new = (None if value is None else parent(key, value) for value in (before, after))
    return Write("parents", old, new, statement)


def long_history(transactions: int) -> History:
    """Each reads a parent by its key and by its name, changes one that all change, and adds a child to that."""
    return _Long(Random(1)).history(transactions)


class _Long:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._steps: list[Step] = []
        self._commits: list[Commit] = []
        self._hot = parent(0, 0)

    def history(self, transactions: int) -> History:
        for number in range(transactions):
            self._transaction("AB"[number % 2], number)
        return history(self._steps, *self._commits)

    def _transaction(self, session: str, number: int) -> None:
        read = parent(self._random.randrange(500), 0)
        before, self._hot = self._hot, {**self._hot, "value": number}
        child = {"id": number, "parent": 0, "label": f"child {number}"}
        self._send(session, "SELECT id, name, value FROM parents WHERE id = %(id)s", read, "SELECT 1")
        self._send(session, "SELECT count(*) FROM parents WHERE name = %(name)s", read, "SELECT 1")
        self._send(session, "UPDATE parents SET value = %(value)s WHERE id = 0", self._hot, "UPDATE 1")
        self._send(session, "INSERT INTO children VALUES (%(id)s, %(parent)s, %(label)s)", child, "INSERT 0 1")
        self._send(session, "COMMIT", None, "")
        writes = (Write("parents", before, self._hot, 1), Write("children", None, child, 2))
        self._commits.append(Commit(len(self._steps), session, 0, writes, {}))

    def _send(self, session: str, sql: str, parameters: Mapping[str, Any] | None, tag: str) -> None:
        number = len(self._steps) + 1
        self._steps.append(step(number, sql, tag, session=session, parameters=parameters, ends=sql == "COMMIT"))
